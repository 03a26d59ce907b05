"""Texts that every page shows."""

from __future__ import annotations

TEXTS = {
    "brand": ("序时", "Xushi"),
    "tagline": ("政府目标进度", "Government targets on time"),
    "skip": ("跳到正文", "Skip to the content"),
    "nav": ("主导航", "Main navigation"),
    "nav.scoreboard": ("目标进度", "Scoreboard"),
    "nav.calendar": ("报送日历", "Calendar"),
    "language.switch": ("English", "中文"),
    "account.sign_in": ("登录", "Sign in"),
    "sample.label": ("提示", "Note"),
    "sample": ("示例数据，不是真实统计", "Sample data, not real statistics"),
    "apply": ("查看", "Show"),
    "reset": ("清除条件", "Clear"),
    "all": ("全部", "All"),
    "none": ("–", "–"),
    "print": ("打印", "Print"),
    "back": ("返回", "Back"),
    "new_window": ("在新窗口打开", "opens in a new window"),
    "table.as": ("以表格查看", "As a table"),
    "error.not_found": ("没有这个页面", "No such page"),
    "error.not_found.say": (
        "请核对地址，或从上面的导航重新进入。",
        "Check the address, or start again from the navigation above.",
    ),
    "error.forbidden": ("没有权限", "Not permitted"),
    "error.forbidden.say": (
        "当前账号不能进行这项操作（{action}）。如确有需要，请联系管理员。",
        "This account may not do that ({action}). Ask an administrator if you need to.",
    ),
    "error.sign_in": ("请先登录", "Sign in first"),
    "error.sign_in.say": ("这个页面只对已登录的人开放。", "This page is for those who are signed in."),
    "error.bad_request": ("地址或所填内容有误", "The address or the form is wrong"),
    "error.bad_request.say": ("{field}：{found}。", "{field}: {found}."),
    "error.refused": ("不能完成", "This can't be done"),
    "error.away": ("暂时不能使用", "Not available right now"),
    "error.away.say": ("稍后再试即可，已交的内容不会丢失。", "Try again in a moment; nothing handed in is lost."),
    "error.no_typesetter": ("不能生成 PDF", "No PDF can be made"),
    "error.internal": ("程序出错", "Something broke"),
    "error.internal.say": (
        "错误已记录。请稍后再试；如再次出现，请把时间（{when}）告诉管理员。",
        "It has been logged. Try again later; if it comes back, tell an administrator the time ({when}).",
    ),
    "footer": (
        "数字均可追溯到上报文件、工作表与单元格",
        "Every figure can be followed to its file, sheet and cell",
    ),
}

"""Texts of signing in, of one-time links, and of one's own account."""

from __future__ import annotations

TEXTS = {
    "signin.title": ("登录", "Sign in"),
    "signin.name": ("用户名", "User name"),
    "signin.password": ("密码", "Password"),
    "signin.send": ("登录", "Sign in"),
    "signin.provider": ("用统一身份登录", "Sign in with the organisation's account"),
    "signin.or": ("或", "or"),
    "signin.forgotten": (
        "忘记密码或没有账号，请联系管理员索取一次性链接。",
        "If you forgot the password or have no account, ask an administrator for a one-time link.",
    ),
    "signin.wrong": ("用户名或密码不对。", "The user name or the password is wrong."),
    "signin.wait": (
        "尝试次数过多，请 {minutes} 分钟后再试。",
        "Too many attempts; try again in {minutes} min.",
    ),
    "signin.no_tls": (
        "这个地址没有加密，不能在此登录。请改用 https 地址，或请管理员设置 XUSHI_PORTAL_URL。",
        "This address is not encrypted, so nobody can sign in here. Use the https address, or ask an administrator to "
        "set XUSHI_PORTAL_URL.",
    ),
    "signin.provider_failed": (
        "统一身份平台未能完成登录，请稍后再试，或用密码登录。",
        "The identity provider could not complete the sign-in. Try again later, or use a password.",
    ),
    "signin.provider_lost": (
        "登录已超时或在另一窗口重新开始，请再试一次。",
        "The sign-in took too long, or was begun anew in another window. Try again.",
    ),
    "signin.provider_unknown": (
        "您的统一身份尚未与本系统的用户绑定。请把这个编号告诉管理员：{subject}",
        "Your identity is not bound to a user here yet. Tell an administrator this number: {subject}",
    ),
    "signin.provider_refused": ("{said}。", "{said}."),
    "signin.onward": ("正在打开……", "Opening…"),
    "signin.onward.link": ("没有自动打开？点这里。", "Follow this link if nothing happens."),
    "signout": ("退出", "Sign out"),
    "link.title": ("设置密码", "Set a password"),
    "link.for": ("{display}（用户名 {name}）", "{display} (user name {name})"),
    "link.gone": (
        "这个链接已用过、已过期，或已有更新的链接。请联系管理员重新索取。",
        "This link has been used, has expired, or was replaced by a newer one. Ask an administrator for another.",
    ),
    "link.bind": ("改用统一身份登录，不设密码", "Use the organisation's account instead of a password"),
    "password.new": ("新密码", "New password"),
    "password.again": ("再输一次新密码", "New password once more"),
    "password.old": ("当前密码", "Current password"),
    "password.hint": (
        "至少 {shortest} 个字符，不含姓名或用户名；可以是一句话。",
        "At least {shortest} characters, not made from your name; a sentence will do.",
    ),
    "password.set": ("设置密码并登录", "Set the password and sign in"),
    "password.change": ("修改密码", "Change the password"),
    "password.change.note": (
        "修改后，其他浏览器上的登录全部退出。",
        "All other browsers are signed out then.",
    ),
    "password.changed": ("密码已修改。", "The password has been changed."),
    "password.differ": ("两次输入的新密码不同。", "The two new passwords differ."),
    "password.old_wrong": ("当前密码不对。", "The current password is wrong."),
    "account.title": ("我的账号", "My account"),
    "account.user": ("用户名", "User name"),
    "account.roles": ("角色", "Roles"),
    "account.no_roles": ("还没有角色，请联系管理员。", "No role yet; ask an administrator."),
    "account.until": ("本次登录至", "Signed in until"),
    "account.provider": ("统一身份", "Organisation's account"),
    "account.bound": ("已绑定", "bound"),
    "role.viewer": ("查看", "Viewer"),
    "role.uploader": ("报送", "Uploader"),
    "role.approver": ("复核", "Approver"),
    "role.admin": ("管理员", "Administrator"),
    "role.all": ("全部数据集", "all datasets"),
    "error.forged": ("请重新提交", "Send it again"),
    "error.forged.say": (
        "这次提交不是从本系统当前页面发出的，或登录已变化。请返回、刷新页面后再提交；浏览器须允许 Cookie。",
        "This was not sent from a current page of this portal, or the sign-in has changed. Go back, reload the page "
        "and send it again; the browser must accept cookies.",
    ),
    "error.too_large": ("内容过大", "Too large"),
    "error.too_large.say": ("提交的内容超过上限。", "What was sent is larger than allowed."),
}

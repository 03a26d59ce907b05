"""Texts of the page of one figure with all its versions."""

from __future__ import annotations

TEXTS = {
    "observation.title": ("{indicator}，{region}，{period}", "{indicator}, {region}, {period}"),
    "observation.kicker": ("数据的全部版本", "All versions of a figure"),
    "observation.caption": ("{measure}：每个版本及其来源", "{measure}: every version and where it came from"),
    "observation.version": ("版本", "Version"),
    "observation.value": ("数值", "Value"),
    "observation.change": ("变动", "Change"),
    "observation.status": ("性质", "Status"),
    "observation.known_from": ("何时起采用", "Believed from"),
    "observation.file": ("文件", "File"),
    "observation.place": ("工作表与单元格", "Sheet and cell"),
    "observation.by": ("交表人", "Handed in by"),
    "observation.received": ("交表时间", "Handed in"),
    "observation.upload": ("第 {id} 号", "upload {id}"),
    "observation.current": ("现行", "current"),
    "observation.restored": (
        "第 {id} 号撤回，恢复此前数字",
        "upload {id} was withdrawn: the former figure is believed again",
    ),
    "observation.taken_back": ("第 {id} 号撤回，暂无数字", "upload {id} was withdrawn: no figure is believed"),
    "observation.none": ("没有这个数字。", "There is no such figure."),
    "observation.back": ("用到它的目标", "Targets that use it"),
    "observation.unit": ("单位：{unit}", "Unit: {unit}"),
}

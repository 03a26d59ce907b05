"""Whether an upload needs a second person, and why it may not be released, declined or withdrawn, in words.

Belongs here: that question, and the refusals. Does not belong here: when to refuse (`intake.py`), roles (`identity`).
"""

from __future__ import annotations

from dagster_project.intake.findings import STATES_ZH
from dagster_project.store import Upload
from validators.catalogue import Dataset
from validators.errors import DecisionRefusedError


def asks_for_second(upload: Upload, dataset: Dataset | None) -> bool:
    """Whether a second person has to release it: its dataset asks for one, or it was held for one."""
    return bool(upload.hints.get("hold")) or (dataset is not None and dataset.approval)


def same_person(upload: Upload) -> DecisionRefusedError:
    """Who handed in may not release."""
    return DecisionRefusedError(
        "same_person",
        f"第 {upload.id} 号由 {upload.received_by} 本人上传,须由另一人核准发布;请由其他有核准权限的人员操作。",
        f"Upload {upload.id} was handed in by {upload.received_by}, and a second person must release it; ask somebody "
        "else who may.",
    )


def not_pending(upload: Upload) -> DecisionRefusedError:
    """Only what waits can be released or declined."""
    return DecisionRefusedError(
        "not_pending",
        f"第 {upload.id} 号不在待发布状态(现为:{STATES_ZH[upload.state]}),不能核准或退回;请刷新后查看台账。",
        f"Upload {upload.id} does not wait to be released (it is {upload.state.value}), so it can be neither released "
        "nor declined; look at the ledger.",
    )


def not_in_force(upload: Upload) -> DecisionRefusedError:
    """Only what is believed can be withdrawn."""
    return DecisionRefusedError(
        "not_in_force",
        f"第 {upload.id} 号没有已入库的数据(现为:{STATES_ZH[upload.state]}),不能撤回;待发布的请用退回,其余请查看台账。",
        f"Upload {upload.id} has no figures in force (it is {upload.state.value}), so it can't be withdrawn; decline "
        "it if it is pending, else look at the ledger.",
    )


def reason_missing(upload: Upload) -> DecisionRefusedError:
    """Taking something back needs a reason."""
    return DecisionRefusedError(
        "reason_missing",
        f"撤回或退回第 {upload.id} 号须说明理由;请填写理由。",
        f"Withdrawing or declining upload {upload.id} needs a reason; state one.",
    )

"""Tell people on call that an urgent job waits: each step of its clock once, by mail and webhook, without content.

A page is promised in the transaction of what caused it and sent afterwards by the worker's outbox, one task for each
way, so that one way's failure repeats nothing on the other. Who gets the same page twice, because the first answer was
lost, knows it by its key.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from clew.errors import InputError, UnavailableError
from clew.ground.clock import iso
from clew.ground.egress import Address, Egress
from clew.ground.identity import new_id
from clew.ground.mail import parse_server, send_mail
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.outbox import Dead, Done, Handler, Held, Later, Outcome
from clew.pipelines.reported import is_all_told
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.case import AlertKind, CaseAlert
from clew.records.identifiers import AlertId, JobId
from clew.records.review import JobState, ReviewJob
from clew.review import queue
from clew.settings import Review, Settings

KIND = "page"
_MAIL, _WEBHOOK = "mail", "webhook"
_WITHIN_S = 20.0
# An urgent page that cannot be sent for a quarter of an hour is a failure that somebody in the house must see.
_EVERY, _MOST_ATTEMPTS = timedelta(minutes=1), 15

_WORDS = {
    queue.PageStep.OPENED: "waits in the urgent lane",
    queue.PageStep.HALF: "has used half of its time, and nobody holds it",
    queue.PageStep.OVER: "is over its time",
}


def due_pages(desk: ReviewDesk) -> int:
    """Every step that has come by now is promised to be told; how many were new. Called each minute.

    Once a clearinghouse has all of a case, nobody is woken for it: a second look can wait for the day.
    """
    at = desk.clock()
    with desk.store.read() as reader:
        late = [
            job.id
            for job in reader.jobs_with_clock()
            if not {step.value for step in queue.steps_due(job, at)} <= reader.told_steps(job)
            and not is_all_told(reader, job.case_id)
        ]
    promised = 0
    for job_id in late:
        promised += desk.store.transact(partial(_tell_late, desk=desk, job_id=job_id))
    return promised


def tell(unit: UnitOfWork, job: ReviewJob, policy: Review, at: datetime) -> int:
    """The first step of a job that has just come into an urgent lane is promised, in this same transaction."""
    return _promise(unit, job, [queue.PageStep.OPENED], policy, at) if job.lane.urgent else 0


def page_handler(desk: ReviewDesk, settings: Settings) -> Handler:
    """What the worker's outbox calls for a task of kind `page`."""

    def handle(held: Held) -> Outcome:
        payload = held.task.payload
        if _is_over(desk, JobId(str(payload["job"]))):
            return Done()  # nobody is to be woken for it any more
        try:
            send_page(settings, payload)
        except UnavailableError as error:
            if held.task.attempts < _MOST_ATTEMPTS:
                return Later(told=str(error), due_at=desk.clock() + _EVERY)
            _raise_alert(desk, JobId(str(payload["job"])))
            return Dead(told=str(error))
        return Done()

    return handle


def send_page(settings: Settings, payload: Mapping[str, object]) -> None:
    """The page has left by its way; UnavailableError when it has not."""
    step = queue.PageStep(str(payload["step"]))
    said = {
        "key": payload["key"],
        "job": payload["job"],
        "lane": payload["lane"],
        "step": step.value,
        "due_at": payload["due_at"],
        "environment": settings.environment,
        "link": f"{settings.web.public_url or f'http://{settings.web.host}:{settings.web.port}'}/review/{payload['job']}",
    }
    policy = settings.review
    if payload["way"] == _MAIL:
        text = "\n".join(f"{name}: {value}" for name, value in said.items())
        send_mail(
            parse_server(policy.smtp_host),
            sender=policy.page_from,
            recipients=_addresses(policy),
            subject=f"[Clew {settings.environment}] a review job {_WORDS[step]} ({payload['lane']})",
            text=f"A review job {_WORDS[step]}.\n\n{text}\n",
        )
        return
    _call_webhook(policy.page_webhook, json.dumps(said).encode())


def _call_webhook(address: str, body: bytes) -> None:
    """The address's path and query may be secrets: they go to its host and nowhere else."""
    host = "its host"
    try:
        parts = urlsplit(address)
        host = parts.hostname or host
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        egress = Egress(Address(base_url=f"{parts.scheme}://{parts.netloc}"))
        try:
            answer = egress.post(target, body, "application/json", within_s=_WITHIN_S)
        finally:
            egress.close()
    except (ValueError, InputError):
        # Without its cause, which may quote the address.
        raise UnavailableError(
            f"the webhook at {host} cannot be called: review.page_webhook must be https://HOST/PATH, without user or "
            "password"
        ) from None
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        raise UnavailableError(f"the webhook at {host} answered {answer.status} instead of 2xx")


def _tell_late(unit: UnitOfWork, desk: ReviewDesk, job_id: JobId) -> int:
    job = unit.take_job(job_id)
    if is_all_told(unit, job.case_id):
        return 0
    at = desk.clock()
    return _promise(unit, job, queue.steps_due(job, at), desk.policy, at)


def _promise(unit: UnitOfWork, job: ReviewJob, steps: list[queue.PageStep], policy: Review, at: datetime) -> int:
    promised = 0
    for step in steps:
        if not unit.try_page(job, step.value, at):
            continue
        promised += 1
        for way in _ways(policy):
            key = f"page:{job.id}:{job.lane}:{iso(job.since)}:{step}:{way}"
            payload = {
                "key": key,
                "way": way,
                "job": job.id,
                "lane": job.lane.value,
                "step": step.value,
                "due_at": None if job.due_at is None else iso(job.due_at),
            }
            unit.enqueue(kind=KIND, key=key, payload=payload, at=at)
        note(unit, at, "system:review", "review.page", job.case_id, step=step, lane=job.lane, ways=len(_ways(policy)))
    return promised


def _ways(policy: Review) -> list[str]:
    mail = bool(_addresses(policy)) and bool(policy.smtp_host) and bool(policy.page_from)
    return [_MAIL] * mail + [_WEBHOOK] * bool(policy.page_webhook)


def _addresses(policy: Review) -> list[str]:
    return [each.strip() for each in policy.page_mail.split(",") if each.strip()]


def _is_over(desk: ReviewDesk, job_id: JobId) -> bool:
    """Whether the job is decided, or a clearinghouse has all of its case."""
    with desk.store.read() as reader:
        job = reader.get_job(job_id)
        return job.state is JobState.DECIDED or is_all_told(reader, job.case_id)


def _raise_alert(desk: ReviewDesk, job_id: JobId) -> None:
    at = desk.clock()

    def work(unit: UnitOfWork) -> None:
        case_id = unit.get_job(job_id).case_id
        alert = CaseAlert(id=AlertId(new_id(at)), case_id=case_id, kind=AlertKind.PAGE_UNDELIVERED, at=at)
        unit.raise_case_alert(alert)
        note(unit, at, "system:review", "review.page_undelivered", case_id)

    desk.store.transact(work)

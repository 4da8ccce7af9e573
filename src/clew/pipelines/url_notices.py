"""Notices to hosts and registrars: written from the operator's words, sent by a person or by mail, and kept as sent."""

from dataclasses import replace
from datetime import timedelta

from clew.errors import ClewError, ConflictError, InputError, RefusedError, UnavailableError
from clew.ground.mail import parse_server, send_mail
from clew.hotline import url_work
from clew.hotline.notices import NoticeText, write_notice
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.hotline_desk import Facts, HotlineDesk, record
from clew.pipelines.outbox import Dead, Done, Handler, Held, Later, Outcome
from clew.records.identifiers import UrlReportId
from clew.records.url_report import HostRole, UrlAct, UrlNotice, UrlReport

KIND = "url-notice"
_ACTOR = "system:notices"
_EVERY, _MOST_ATTEMPTS = timedelta(minutes=10), 36


def draft_notice(desk: HotlineDesk, report: UrlReport, role: HostRole, language: str) -> NoticeText:
    """The notice as it would be sent; nothing is recorded.

    Raises:
        ConflictError: nobody is known in that role.
        NotFoundError, InputError: there are no words, or they cannot be used.
    """
    hosting = report.hosted(role)
    if hosting is None:
        raise ConflictError(f"no {role} is known for this address; look it up first (clew urls show ID --host)")
    settings = desk.settings.hotline
    category = next((each.words for each in desk.categories if each.code == report.category), report.category or "")
    return write_notice(
        settings.notices, report, hosting, language, hotline=settings.name, category=category, at=desk.clock()
    )


def send_notice(
    desk: HotlineDesk,
    url_id: UrlReportId,
    role: HostRole,
    language: str,
    *,
    actor: str,
    by_mail: bool,
    version: int | None = None,
) -> UrlNotice:
    """The notice is kept as written: as sent by a person just now, or to be handed in by a worker.

    Raises:
        RefusedError: the police come first.
        ConflictError: its state does not bear it, or nobody is known to write to.
        InputError: mail is not set up, or the contact is no mail address.
    """

    def work(unit: UnitOfWork) -> UrlNotice:
        at = desk.clock()
        report = unit.get_url_report(url_id)
        if version is not None and report.version != version:
            raise ConflictError("somebody else has worked at this address since you opened it; load the page again")
        url_work.demand_notice(report, desk.policy, at)
        _demand_none_waits(unit, url_id, role)
        text = draft_notice(desk, report, role, language)
        if by_mail:
            _demand_mail(desk, text.recipient)
        notice = UrlNotice(
            url_id=url_id,
            place=len(unit.url_notices(url_id)) + 1,
            role=role,
            language=language,
            recipient=text.recipient,
            subject=text.subject,
            text=text.text,
            ordered_at=at,
            ordered_by=actor,
            by_mail=by_mail,
            sent_at=None if by_mail else at,
        )
        unit.put_url_notice(notice)
        facts: Facts = {"notice": notice.place, "role": role.value, "language": language, "by_mail": by_mail}
        # Also where a mail only waits: the version tells two people that one of them was first.
        unit.change_url_report(report if by_mail else url_work.noticed(report, at))
        record(unit, url_id, UrlAct.ORDER_NOTICE if by_mail else UrlAct.NOTICE, facts, actor=actor, at=at)
        if by_mail:
            payload = {"url": url_id, "place": notice.place}
            unit.enqueue(kind=KIND, key=f"{KIND}:{url_id}:{notice.place}", payload=payload, at=at)
        return notice

    return desk.store.transact(work)


def notice_handler(desk: HotlineDesk) -> Handler:
    """What the worker's outbox calls for a task of kind `url-notice`."""

    def handle(held: Held) -> Outcome:
        url_id, place = UrlReportId(str(held.task.payload["url"])), int(str(held.task.payload["place"]))
        with desk.store.read() as reader:
            report = reader.get_url_report(url_id)
            notice = next(each for each in reader.url_notices(url_id) if each.place == place)
        if notice.sent_at is not None:
            return Done()
        try:
            # What holds it may have changed since it was ordered.
            url_work.demand_notice(report, desk.policy, desk.clock())
            _demand_mail(desk, notice.recipient)
            held.demand()
            _mail(desk, notice)
        except UnavailableError as error:
            if held.task.attempts < _MOST_ATTEMPTS:
                return Later(told=str(error), due_at=desk.clock() + _EVERY)
            return _failed(desk, notice, "undelivered", error)
        except (ConflictError, RefusedError, InputError) as error:
            return _failed(desk, notice, "held-back", error)
        desk.store.transact(lambda unit: _sent(unit, desk, notice))
        return Done()

    return handle


def _demand_none_waits(unit: UnitOfWork, url_id: UrlReportId, role: HostRole) -> None:
    failed = {each.facts["notice"] for each in unit.url_actions(url_id) if each.act is UrlAct.NOTICE_FAILED}
    for notice in unit.url_notices(url_id):
        if notice.role is role and notice.sent_at is None and notice.place not in failed:
            raise ConflictError("a notice to them waits to leave by mail already; see its state before another one")


def _mail(desk: HotlineDesk, notice: UrlNotice) -> None:
    send_mail(
        parse_server(desk.settings.review.smtp_host),
        sender=desk.settings.hotline.notice_from,
        recipients=[notice.recipient],
        subject=notice.subject,
        text=notice.text,
    )


def _sent(unit: UnitOfWork, desk: HotlineDesk, notice: UrlNotice) -> None:
    at = desk.clock()
    unit.put_url_notice(replace(notice, sent_at=at))
    report = unit.get_url_report(notice.url_id)
    # It may have been closed in the seconds that the mail took: then it stays so, and the history says both.
    if report.state in url_work.ALLOWED[UrlAct.NOTICE]:
        unit.change_url_report(url_work.noticed(report, at))
    facts: Facts = {"notice": notice.place, "role": notice.role.value, "by_mail": True}
    record(unit, notice.url_id, UrlAct.NOTICE, facts, actor=_ACTOR, at=at)


def _failed(desk: HotlineDesk, notice: UrlNotice, why: str, error: ClewError) -> Dead:
    """The address is due at once, and its history says why."""

    def work(unit: UnitOfWork) -> None:
        at = desk.clock()
        report = unit.get_url_report(notice.url_id)
        if report.state in url_work.ALLOWED[UrlAct.NOTICE_FAILED] and report.due_at is not None:
            unit.change_url_report(replace(report, due_at=min(report.due_at, at)))
        facts: Facts = {"notice": notice.place, "why": why}
        record(unit, notice.url_id, UrlAct.NOTICE_FAILED, facts, actor=_ACTOR, at=at)

    desk.store.transact(work)
    return Dead(told=str(error))


def _demand_mail(desk: HotlineDesk, recipient: str) -> None:
    if not desk.mails:
        raise InputError(
            "notices leave by mail once hotline.notice_from and review.smtp_host are set; else send it "
            "yourself and record that you did"
        )
    name, _, host = recipient.partition("@")
    if not name or not host or any(each in recipient for each in " ,;<>\"'"):
        raise InputError("the contact is no mail address; send it in the way that the host asks for, and record that")

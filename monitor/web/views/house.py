"""What belongs to no page: static files, the language, whether all is well."""

from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from monitor.errors import MonitorError
from monitor.store.facts import FIRST_START
from monitor.web.access import LANGUAGE
from monitor.web.desk import YEAR, AtDesk
from monitor.web.forms import Filled
from monitor.web.wording import LANGUAGES

router = APIRouter()


@router.get("/static/{name}")
def static(
    name: str,
    desk: AtDesk,
    accept_encoding: Annotated[str, Header()] = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    file = desk.house.statics.get(name)
    if file is None:
        raise HTTPException(404)
    headers = {"ETag": f'"{file.version}"', "Cache-Control": f"public, max-age={YEAR}, immutable"}
    headers["Vary"] = "Accept-Encoding"
    if if_none_match == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if file.packed and "gzip" in accept_encoding:
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, media_type=file.media_type, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get("/favicon.ico")
def favicon(desk: AtDesk) -> Response:
    return RedirectResponse(desk.house.statics.address("favicon.svg"), 301)


@router.get("/robots.txt")
def robots() -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


@router.get("/healthz")
def healthz(desk: AtDesk) -> Response:
    """For a supervisor: 200 `{"status": "ok"}`, or 503 when the database cannot be read. Says nothing of content."""
    try:
        desk.store.meta.get(FIRST_START)
    except MonitorError:
        return JSONResponse({"status": "no database"}, 503)
    return JSONResponse({"status": "ok", "time": format_datetime(desk.now)})


@router.post("/language")
def language(desk: AtDesk, form: Filled) -> Response:
    answer = desk.go(form.get("to"))
    if (wished := form.get("language")) in LANGUAGES:
        desk.set_cookie(answer, LANGUAGE, wished)
    return answer

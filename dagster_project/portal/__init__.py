"""The bureau's desk: a web portal and an API to hand in tables, release them, and see what they changed.

Belongs here: pages, forms, the API, and what the web demands (headers, cookies, languages). Does not belong here: what
a table means (`tables`, `intake`), how a target is judged (`progress`), who may do what (`identity`), SQL (`store`).

How it is put together
    app.py             `create_app(desk)`: routes, headers, error pages
    desk.py            `Desk`: everything that a page works with, opened once
    guard.py           who is asking and what they may do, as the pages see it
    visit.py           `Visit`: one request with its desk, language and person; renders templates
    routes_table.py    every route there is: the table that the tests of roles walk through
    board.py           `BoardKeeper`: the judgement of what is stored now, never stale
    wording.py, words/ every text in Chinese and English, by key
    releaser.py        releases what was held back until a date
    pages/, api/       one module per noun; templates/, static/ beside them

How a page is added
    1. `pages/<noun>.py`: plain functions that take a `Visiting` and typed parameters and return a response, and at
       the end `ROUTES = (Route("GET", "/nouns", nouns, action="view_nouns", nav="nav.nouns"), ...)`. Functions are
       plain `def`: they run in a thread and may block. The route's action is checked before the function is called;
       what depends on the object is asked inside: `visit.require("view_upload", upload.dataset)`.
    2. `templates/<noun>.html`: `{% extends "base.html" %}`, blocks `title` and `main`. Texts by `t("noun.title")`;
       names, periods, numbers by `say` (`scoreboard/phrasing.py`). No inline script or style: the content security
       policy refuses both. Forms that change something are POST and carry `{{ visit.form_token() }}`.
    3. `words/<noun>.py`: `TEXTS = {"noun.title": ("中文", "English")}`; name it in `wording.py`.
    4. Add the module's ROUTES to `routes_table.py`. An entry with `nav` shows in the navigation to those who may.
    5. The API: the same in `api/<noun>.py` with `api=True`; what it returns is a pydantic model.
    After a publication: `visit.desk.board.refresh()`.
"""

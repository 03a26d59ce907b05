"""The monthly report: for every department, and for the whole of a document.

Belongs here: what changed in a month, what slipped and what is needed, as pages (HTML, PDF) and as letters; sending
them once. Does not belong here: judging (`judgement`), drawing (`scoreboard`), setting pages (`paper`), who is written
to (`validators.contacts`).

    subject.py     what a report is about
    material.py    everything that the reports of a month are made of, read once
    report.py      one report: the rows, counts and changes of its subject
    changes.py     what slipped, recovered, was met or missed in the month
    tally.py       lights counted, share on pace, how many targets are expected to be met
    late.py        tables that have not come
    sentences.py   what is needed and what is foretold, in words
    page.py        a report as a page; `templates/`, `words.py`
    letter.py      a report as an e-mail with the page attached
    mail.py        handing letters to a mail server
    sent.py        what was sent already
    delivery.py    all letters of a month, each sent once
"""

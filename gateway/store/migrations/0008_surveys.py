"""Surveys: their questions, whom they ask, and what these answered."""

from __future__ import annotations

from typing import Any

STEPS = (
    """CREATE TABLE surveys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid VARCHAR(32) NOT NULL UNIQUE,
    name VARCHAR(80) NOT NULL UNIQUE COLLATE NOCASE, state VARCHAR(10) NOT NULL,
    category VARCHAR(16) NOT NULL, typed TEXT NOT NULL, thanks TEXT NOT NULL,
    remind_h INTEGER NOT NULL, limit_h INTEGER NOT NULL, trial INTEGER NOT NULL,
    written_by VARCHAR(60) NOT NULL, created_at BIGINT NOT NULL, started_at BIGINT, ended_at BIGINT)""",
    """CREATE INDEX surveys_moving ON surveys (id)
    WHERE state IN ('gathering', 'trial', 'running', 'stopping')""",
    """CREATE TABLE survey_questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    survey_id INTEGER NOT NULL REFERENCES surveys (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, kind VARCHAR(10) NOT NULL, text TEXT NOT NULL, choices TEXT NOT NULL,
    hint VARCHAR(160) NOT NULL, onward TEXT NOT NULL, tags TEXT NOT NULL)""",
    "CREATE INDEX survey_questions_survey ON survey_questions (survey_id, position)",
    """CREATE TABLE survey_people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    survey_id INTEGER NOT NULL REFERENCES surveys (id) ON DELETE CASCADE,
    number VARCHAR(32) NOT NULL, trial INTEGER NOT NULL, state VARCHAR(10) NOT NULL, reason VARCHAR(40),
    question_id INTEGER, message VARCHAR(32), sends INTEGER NOT NULL,
    asked_again INTEGER NOT NULL, reminded INTEGER NOT NULL,
    due_at BIGINT, invited_at BIGINT, ended_at BIGINT, UNIQUE (survey_id, number))""",
    # One open survey a person: the answers to two of them never mix.
    "CREATE UNIQUE INDEX survey_people_open ON survey_people (number) WHERE state = 'open'",
    "CREATE INDEX survey_people_due ON survey_people (due_at) WHERE state = 'open'",
    "CREATE INDEX survey_people_waiting ON survey_people (survey_id, trial, id) WHERE state = 'waiting'",
    "CREATE INDEX survey_people_state ON survey_people (survey_id, state)",
    "CREATE INDEX survey_people_number ON survey_people (number, ended_at)",
    """CREATE TABLE survey_answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES survey_people (id) ON DELETE CASCADE,
    question_id INTEGER NOT NULL REFERENCES survey_questions (id) ON DELETE CASCADE,
    at BIGINT NOT NULL, text TEXT NOT NULL, value VARCHAR(10), state VARCHAR(10) NOT NULL,
    inbound VARCHAR(32) NOT NULL, decided_by VARCHAR(60))""",
    "CREATE INDEX survey_answers_person ON survey_answers (person_id, question_id)",
    "CREATE INDEX survey_answers_question ON survey_answers (question_id, state)",
)


def up(migrator: object, db: Any) -> None:
    for statement in STEPS:
        db.execute_sql(statement)

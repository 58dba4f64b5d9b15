# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import NotRequired, TypedDict


class Question(TypedDict):
    id: str
    question: str
    answers: NotRequired[list[str]]
    after_messages: NotRequired[int]


class IdealCustomer(TypedDict):
    industries: list[str]
    countries: list[str]
    min_employees: int


class BuyingSignals(TypedDict):
    pricing: int
    use_case: int
    competitor: int
    return_on_investment: int
    demo_request: int


class QualificationConfig(TypedDict):
    questions: list[Question]
    ideal_customer: IdealCustomer
    buying_signals: BuyingSignals
    propose_demo_from: int
    model_weight: float

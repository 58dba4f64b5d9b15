"""How good topics and quality scores are, by what the dialogues' participants said; how fast.

Run: python -m benchmarks.insights
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from time import perf_counter, process_time

import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score, roc_auc_score

from backoffice.insights.analysis import Insights, analyze
from backoffice.insights.topics.fit import fit_topics
from benchmarks.dialogues import DIALOGUES, Labelled, read_dialogues

LEARNT_SHARE = 0.7


def purity(groups: Sequence[str], labels: Sequence[str]) -> float:
    """The share of dialogues whose group is mostly about their own task."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for group, label in zip(groups, labels, strict=True):
        found[group][label] += 1
    return sum(max(counts.values()) for counts in found.values()) / len(labels)


def show(name: str, groups: Sequence[str], labels: Sequence[str]) -> None:
    """Print how groups and labels agree."""
    agreement = normalized_mutual_info_score(labels, groups)
    print(
        f"  {name}: NMI {agreement:.3f}, purity {purity(groups, labels):.3f},"
        f" {len(set(groups))} groups"
    )


def topics(dialogues: Sequence[Labelled], insights: Sequence[Insights]) -> None:
    """Topics against the one task of single-task dialogues in which the visitor said something."""
    pairs = [
        (labelled, insight)
        for labelled, insight in zip(dialogues, insights, strict=True)
        if len(labelled.tasks) == 1 and insight.document.messages
    ]
    labels = [labelled.tasks[0] for labelled, _ in pairs]
    documents = [insight.document for _, insight in pairs]
    tasks = len(set(labels))
    print(f"topics of {len(pairs)} single-task dialogues with {tasks} tasks:")
    started = perf_counter()
    fit = fit_topics(documents)
    seconds = perf_counter() - started
    assert fit is not None
    found = [fit.assigned.get(document.conversation_id, "none") for document in documents]
    show("shipped (their number unknown)", found, labels)
    texts = [
        "\n".join(message.text for message in labelled.conversation.visitor_messages)
        for labelled, _ in pairs
    ]
    weights = TfidfVectorizer(stop_words="english", min_df=2).fit_transform(texts)
    means = KMeans(tasks, n_init=3, random_state=0).fit_predict(weights)
    show(f"TF-IDF + k-means told the true {tasks}", [str(mean) for mean in means], labels)
    chosen = fit.clustering
    print(
        f"  resolution {chosen.resolution} by stability {chosen.stability:.3f} + silhouette"
        f" {chosen.silhouette:.3f}; fitted in {seconds:.1f} s"
    )
    order = np.random.default_rng(0).permutation(len(pairs))
    cut = int(LEARNT_SHARE * len(pairs))
    earlier = [documents[place] for place in order[:cut]]
    later = [documents[place] for place in order[cut:]]
    before = fit_topics(earlier)
    assert before is not None
    joined = before.model.join(later)
    show(
        f"joined by the {len(later)} that came later ({joined.count(None)} stay without)",
        [topic or "none" for topic in joined],
        [labels[place] for place in order[cut:]],
    )
    again = fit_topics(documents, before.assigned)
    assert again is not None
    kept = sum(topic.is_known for topic in again.topics)
    same = np.mean([again.assigned.get(name) == topic for name, topic in before.assigned.items()])
    print(
        f"  refitted with them: {kept} of {len(before.topics)} topics keep their identity,"
        f" {same:.1%} of the earlier dialogues their topic"
    )


def _answer(answers: Sequence[tuple[str, bool]], *words: str) -> bool | None:
    """Whether every question with one of the words was answered yes; None when none was asked."""
    given = [yes for question, yes in answers if any(word in question for word in words)]
    return all(given) if given else None


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


QUESTIONS: dict[str, Callable[[Labelled], bool | None]] = {
    "the dialogue was completed": lambda d: d.is_complete,
    "visitor: calm and helpful throughout": lambda d: _answer(d.visitor_answers, "calm"),
    "visitor: got what was asked for": lambda d: _answer(
        [a for a in d.visitor_answers if not any(w in a[0] for w in ("calm", "enjoy", "rain"))], ""
    ),
    "agent: visitor not annoyed": lambda d: _not(_answer(d.agent_answers, "aggressive")),
    "agent: visitor not confused": lambda d: _not(_answer(d.agent_answers, "confused")),
}


def quality(dialogues: Sequence[Labelled], insights: Sequence[Insights]) -> None:
    """The quality score against what was said afterwards: 0.5 is chance, 1 is perfect."""
    scored = [
        (labelled, insight.receipt.score)
        for labelled, insight in zip(dialogues, insights, strict=True)
        if insight.receipt
    ]
    print(f"quality of {len(scored)} dialogues with a request:")
    for name, question in QUESTIONS.items():
        known = [(question(labelled), score) for labelled, score in scored]
        truth = [answer for answer, _ in known if answer is not None]
        given = [score for answer, score in known if answer is not None]
        area = roc_auc_score(truth, given)
        print(f"  {name}: AUC {area:.3f} ({len(truth)} answers, {truth.count(False)} no)")


def main() -> None:
    """Measure and print."""
    dialogues = read_dialogues()
    if dialogues is None:
        print(f"insights: skipped, {DIALOGUES.name} is not there")
        return
    analyze(dialogues[0].conversation)
    started, cpu = perf_counter(), process_time()
    insights = [analyze(labelled.conversation) for labelled in dialogues]
    elapsed, cpu = perf_counter() - started, process_time() - cpu
    print(
        f"insights: {len(dialogues) / cpu:.0f} conversations/s on one core"
        f" ({len(dialogues) / elapsed:.0f}/s by the clock; goal 100)"
    )
    topics(dialogues, insights)
    quality(dialogues, insights)


if __name__ == "__main__":
    main()

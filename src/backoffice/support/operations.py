"""What is asked of Linear, in GraphQL. A test checks each against Linear's published schema."""

from __future__ import annotations

from typing import Final

_ISSUE: Final = """
fragment TicketIssue on Issue {
  id
  identifier
  url
  updatedAt
  trashed
  state { name type }
}
"""

FIND_TEAM: Final = """
query FindTeam($filter: TeamFilter!) {
  teams(filter: $filter, first: 2) { nodes { id } }
}
"""

FIND_LABELS: Final = """
query FindLabels($filter: IssueLabelFilter!) {
  issueLabels(filter: $filter, first: 50) { nodes { id name team { id } } }
}
"""

FIND_ISSUE: Final = (
    """
query FindIssue($id: ID!) {
  issues(filter: { id: { eq: $id } }, includeArchived: true, first: 1) { nodes { ...TicketIssue } }
}
"""
    + _ISSUE
)

CREATE_ISSUE: Final = (
    """
mutation CreateIssue($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { ...TicketIssue } }
}
"""
    + _ISSUE
)

READ_ISSUES: Final = (
    """
query ReadIssues($ids: [ID!]!, $first: Int!, $mark: String!) {
  issues(filter: { id: { in: $ids } }, includeArchived: true, first: $first) {
    nodes {
      ...TicketIssue
      comments(filter: { body: { startsWithIgnoreCase: $mark } }, first: 50) {
        nodes { id body createdAt updatedAt user { name } }
        pageInfo { hasNextPage }
      }
    }
  }
}
"""
    + _ISSUE
)

OPERATIONS: Final = {
    "FindTeam": FIND_TEAM,
    "FindLabels": FIND_LABELS,
    "FindIssue": FIND_ISSUE,
    "CreateIssue": CREATE_ISSUE,
    "ReadIssues": READ_ISSUES,
}

"""Views: a filter, a sort, a grouping and columns under a name, chosen with one key.

The first nine have the keys 1 to 9. Those of the settings stand behind the built-in ones; one of
the same name takes the place of that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ir_client.errors import QueryError
from ir_console.safe_text import safe_text
from ir_console.settings import ViewSettings

from .arranging import PLAIN, Arrangement, Sort, read_group, read_sort
from .columns import read_columns
from .filters import EVERYTHING, Filter, read_filter
from .keymap import EntryError
from .view_counts import ViewCounts


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the alerts; no columns means those that fit the width."""

    name: str
    filter: Filter = EVERYTHING
    arrangement: Arrangement = PLAIN
    columns: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name, safe to paint."""
        return safe_text(self.name, 40)

    def looks_like(self, other: "View") -> bool:
        """Whether both show the same, by whatever names."""
        mine, theirs = replace(self, name=""), replace(other, name="")
        return mine == theirs

    def written(self) -> ViewSettings:
        """The view as it is written down."""
        arrangement = self.arrangement
        return ViewSettings(
            name=self.name,
            filter=self.filter.text,
            sort="" if arrangement.sort == Sort() else str(arrangement.sort),
            group=arrangement.group,
            columns=self.columns,
        )


def _built_in(name: str, text: str, arrangement: Arrangement = PLAIN) -> View:
    return View(name, read_filter(text), arrangement)


ALL = View("All")
BUILT_IN: tuple[View, ...] = (
    _built_in("Open", "is_open: true"),
    _built_in("Mine", "is_open: true and assignee: me"),
    _built_in("Urgent", "is_open: true and severity >= high and not assignee: *"),
    _built_in("Overdue", "is_overdue: true", Arrangement(Sort("due"))),
    ALL,
)


@dataclass(frozen=True, slots=True)
class ViewList:
    """All views, in their order."""

    views: tuple[View, ...] = BUILT_IN

    @classmethod
    def of(cls, written: Iterable[ViewSettings]) -> "ViewList":
        """The built-in views and those that are written down. Raises EntryError."""
        views = cls()
        for number, one in enumerate(written, start=1):
            views = views.with_view(_read(one, f'[[views]] number {number}, "{one.name}"'))
        return views

    def counts(self) -> ViewCounts:
        """Counts of these views, of nothing yet."""
        return ViewCounts([view.filter for view in self.views])

    def named(self, name: str) -> View | None:
        """A view by its name, in full or as far as it is the only one."""
        wanted = name.strip().casefold()
        for view in self.views:
            if view.name.casefold() == wanted:
                return view
        like = [view for view in self.views if view.name.casefold().startswith(wanted)]
        return like[0] if wanted and len(like) == 1 else None

    def numbered(self, number: int) -> View | None:
        """The view of a key, from 1."""
        return self.views[number - 1] if 0 < number <= len(self.views) else None

    def with_view(self, view: View) -> "ViewList":
        """These views and another one, or it in the place of the one of its name."""
        name = view.name.casefold()
        if any(one.name.casefold() == name for one in self.views):
            kept = (view if one.name.casefold() == name else one for one in self.views)
            return ViewList(tuple(kept))
        return ViewList((*self.views, view))


def _read(written: ViewSettings, entry: str) -> View:
    part = "filter"
    try:
        wanted = read_filter(written.filter)
        part = "sort"
        sort = read_sort(written.sort)
        part = "group"
        group = read_group(written.group)
        part = "columns"
        columns = read_columns(written.columns)
    except QueryError as error:
        raise EntryError(f"{entry}, {part}", f"{error}. {error.hint}") from None
    except ValueError as error:
        raise EntryError(f"{entry}, {part}", str(error)) from None
    if not written.name.strip():
        raise EntryError(entry, "a view needs a name")
    return View(written.name.strip(), wanted, Arrangement(sort, group), columns)

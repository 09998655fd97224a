"""Connections have the rights that their logins have now."""

from dataclasses import replace

from server_stub.access import Viewer
from server_stub.hub.limits import StreamLimits
from server_stub.hub.rights import Rights
from server_stub.hub.subscriber import Subscriber
from server_stub.security.principals import LoginId
from tests.support.stream import MemoryOutlet, MemorySource, a_login, an_analyst


def a_connection(rights: Rights, viewer: Viewer, login: LoginId) -> tuple[Subscriber, MemoryOutlet]:
    outlet = MemoryOutlet()
    subscriber = Subscriber(outlet, viewer, login=login, limits=StreamLimits(), now=0.0)
    rights.join(subscriber)
    return subscriber, outlet


async def test_all_connections_of_a_login_get_its_present_rights() -> None:
    source = MemorySource()
    rights = Rights(source)
    login, viewer = a_login(), an_analyst(1, "red")
    source.standing[login] = viewer
    both = [a_connection(rights, viewer, login)[0] for _ in range(2)]
    await rights.check()
    source.standing[login] = an_analyst(1, "blue")
    await rights.check()
    assert [one.viewer.teams for one in both] == [frozenset({"blue"})] * 2


async def test_who_comes_with_rights_of_old_gets_the_present_ones() -> None:
    source = MemorySource()
    rights = Rights(source)
    login, viewer = a_login(), an_analyst(1, "red")
    source.standing[login] = replace(viewer, teams=frozenset({"blue"}))
    a_connection(rights, viewer, login)
    await rights.check()
    late, _ = a_connection(rights, viewer, login)
    await rights.check()
    assert late.viewer.teams == frozenset({"blue"})


async def test_a_login_that_ended_ends_its_connections_and_no_others() -> None:
    source = MemorySource()
    rights = Rights(source)
    source.standing[a_login(2)] = an_analyst(2)
    _, ended = a_connection(rights, an_analyst(1), a_login(1))
    _, other = a_connection(rights, an_analyst(2), a_login(2))
    await rights.check()
    assert (ended.closed_with, other.closed_with) == ((4001, "the login has ended"), None)

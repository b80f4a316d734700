"""The house keeps the contract of domains, and its own rules."""

from pathlib import Path

import pytest
import scaleenv_domain_smart_home
from scaleenv_domain_smart_home import SmartHome

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.domain import DomainContract

FOLDER = Path(scaleenv_domain_smart_home.__file__).parent / "smart-home"
FRONT_DOOR = "hall-front-door"


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return SmartHome()


@pytest.fixture(scope="module")
def domain():
    return load_domain(FOLDER)


@pytest.fixture
def call(domain):
    """Calls a tool as whoever holds it."""
    with Environment(domain) as live:
        yield lambda tool, **given: live.call(tool, given, domain.functions[tool].held_by)


def state(call, device_id):
    return call("get_device", device_id=device_id).content["state"]


def arm(call, mode="night"):
    call("set_lock", device_id=FRONT_DOOR, locked=True)
    return call("arm_alarm", mode=mode)


def test_a_door_stays_locked_while_the_alarm_is_armed(call):
    """Neither radio nor key opens an outer door of an armed house, unless there is smoke."""
    assert arm(call).content["state"] == "armed night"

    assert "disarm it before" in call("set_lock", device_id=FRONT_DOOR, locked=False).text
    assert "set off the alarm" in call("turn_key", device_id=FRONT_DOOR, locked=False).text
    assert call("set_lock", device_id="study-study-door", locked=False).status == "answered"
    call("detect_smoke", room_id="hall")
    assert call("set_lock", device_id=FRONT_DOOR, locked=False).status == "answered"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        pytest.param(
            ("move_window", {"room_id": "attic", "opened": True}), "attic-window is open", id="window"
        ),
        pytest.param(
            ("turn_key", {"device_id": "garage-garage-door", "locked": False}),
            "garage-garage-door is unlocked",
            id="door",
        ),
        pytest.param(
            ("drain_battery", {"device_id": "study-window"}),
            "does not answer (its battery is empty)",
            id="silence",
        ),
    ],
)
def test_an_open_house_is_not_armed(call, event, said):
    """What is open, unlocked or not heard is named, and the alarm stays as it was."""
    tool, arguments = event
    call(tool, **arguments)

    assert said in arm(call).text
    assert call("get_alarm").content["state"] == "disarmed"
    assert call("house_is_closed").content is False


def test_three_wrong_pins_are_the_last(call):
    """A wrong PIN is answered, counted, and leaves the house armed; after three even the right one does."""
    arm(call)

    tries = [call("disarm_alarm", pin=pin).content for pin in ("0000", "2096", "4418")]
    assert tries == [{"state": "armed night", "wrong_pins": number} for number in (1, 2, 3)]
    assert "alarm company" in call("disarm_alarm", pin="7351").text


def test_the_right_pin_is_ones_own(call):
    """Each person disarms with their own PIN."""
    arm(call)
    call("speak_as", member_id="anders")

    assert call("disarm_alarm", pin="7351").content["wrong_pins"] == 1
    assert call("disarm_alarm", pin="2096").content == {"state": "disarmed", "wrong_pins": 0}


@pytest.mark.parametrize(
    ("who", "tool", "arguments"),
    [
        ("tom", "set_thermostat", {"device_id": "tom-room-thermostat", "target": 20}),
        ("tom", "run_scene", {"scene_id": "warm-evening"}),
        ("tom", "disarm_alarm", {"pin": "7351"}),
        ("jonas", "switch_plug", {"device_id": "living-television-plug", "on": True}),
        ("sunniva", "list_access_codes", {}),
        ("ida", "create_schedule", {"scene_id": "film", "time": "20:00", "days": ["fri"]}),
    ],
)
def test_rights_go_with_the_role(call, who, tool, arguments):
    """What a role has no right to is refused, through a scene as well."""
    call("speak_as", member_id=who)

    seen = call(tool, **arguments)

    assert seen.status == "refused"
    assert "has no right to this" in seen.text


def test_a_scene_is_done_whole_or_not_at_all(call):
    """An open window keeps the film night from starting: no lamp changes."""
    call("move_window", room_id="living", opened=True)
    before = state(call, "living-floor-lamp")

    assert "the blind would hit it" in call("run_scene", scene_id="film").text
    assert state(call, "living-floor-lamp") == before
    call("move_window", room_id="living", opened=False)
    assert call("run_scene", scene_id="film").status == "answered"
    assert state(call, "living-floor-lamp")["on"] is True
    assert state(call, "living-blind")["position"] == 0


def test_hands_do_what_radio_may_not(call):
    """The freezer goes off, and the iron on, by the button only."""
    assert "always on" in call("switch_plug", device_id="cellar-freezer-plug", on=False).text
    assert "gets hot" in call("switch_plug", device_id="laundry-iron-plug", on=True).text
    assert call("press_plug_button", device_id="cellar-freezer-plug").content == "the freezer goes off"
    call("press_plug_button", device_id="laundry-iron-plug")
    assert call("look_around", room_id="laundry").content == ["Iron plug is on"]


def test_a_silent_device_needs_hands(call):
    """An empty battery is replaced first; then a lost network is found by the reset button."""
    lock = {"device_id": FRONT_DOOR}
    call("drain_battery", **lock)
    call("lose_connection", **lock)

    assert "its battery is empty" in call("set_lock", **lock, locked=True).text
    assert "no power" in call("press_reset_button", **lock).text
    assert call("insert_battery", **lock).content == "NO NETWORK - PRESS RESET"
    assert "lost the network" in call("set_lock", **lock, locked=True).text
    assert call("press_reset_button", **lock).content == "OK"
    assert call("set_lock", **lock, locked=True).status == "answered"


def test_a_covered_camera_does_not_record(call):
    """The shutter is for hands, and the radio respects it."""
    call("slide_camera_shutter", device_id="hall-hall-camera", covered=True)

    assert "by hand" in call("set_camera", device_id="hall-hall-camera", recording=True).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_until": "2026-06-01"}, "90 days at most"),
        ({"valid_from": "2026-02-11"}, "from today or later"),
        ({"code": "111111"}, "not all the same"),
        ({"code": "12345"}, "six digits"),
        ({"code": "918264"}, "given to somebody before"),
        ({"device_id": "study-study-door"}, "only outer doors"),
    ],
)
def test_codes_are_given_with_care(call, changes, said):
    """A code is for an outer door, unused, not trivial, and not for long."""
    asked = {"device_id": FRONT_DOOR, "code": "482913", "given_to": "Olga"}
    dates = {"valid_from": "2026-02-13", "valid_until": "2026-03-13"}

    assert said in call("create_access_code", **asked | dates | changes).text


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"device_id": "hall-ceiling", "setting": "position", "value": 0}, "has no setting 'position'"),
        ({"device_id": "hall-ceiling", "setting": "on", "value": 2}, "is 0 or 1"),
        ({"device_id": "moon", "setting": "on", "value": 1}, "not found"),
    ],
)
def test_a_scene_sets_what_there_is(call, step, said):
    """A step that no device can follow is refused when the scene is saved."""
    assert said in call("save_scene", name="Mine", steps=[step]).text


def test_heat_has_its_bounds(call):
    """Too hot is refused; a target wakes a thermostat that is off."""
    room = {"device_id": "hall-thermostat"}
    call("set_thermostat", **room, mode="off")

    assert "5 to 28" in call("set_thermostat", **room, target=30).text
    assert call("set_thermostat", **room, target=19.5).content["state"]["mode"] == "heat"
    assert call("press_wall_switch", room_id="hall").content == "the light goes on"

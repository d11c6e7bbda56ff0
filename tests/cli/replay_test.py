"""Goal: a rebuilt view is compared with the live one and takes its place only when asked; other
versions go when this one has caught up. Method: one ledger's views are put into another's folder,
which has as many events, so that the live view is wrong without being damaged."""
import shutil
import unittest

from stegvis_cli import Appender, LedgerTest, enrolled, event

PERSON, OTHER = "participant/p-1", "participant/p-2"


def exited(person, id):
    return event(id, "participant_exited", person, "2018-06-01",
                 {"enrolment": "e-1", "destination": "employed"})


class ReplayTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.append(enrolled(PERSON, "a"), enrolled(OTHER, "b"), exited(OTHER, "c"))
        self.views = self.ledger / "index" / "views"

    def put_wrong_view(self):
        other = self.init("other")
        self.append(enrolled(PERSON, "a"), enrolled("participant/p-0", "b"), exited(PERSON, "c"),
                    ledger=other)
        self.ok("status", other)
        self.ok("status", self.ledger)
        shutil.rmtree(self.views)
        shutil.copytree(other / "index" / "views", self.views)

    def stored(self):
        return sorted(p.name for p in self.views.iterdir())

    def test_a_difference_is_told_and_nothing_is_changed(self):
        self.put_wrong_view()
        told = self.fails(4, "3 subjects", "replay", self.ledger)
        self.assertTrue(told.out.endswith("FAILED\n"))
        self.assertNotIn(PERSON, told.out)
        listed = self.fails(4, "3 subjects", "replay", self.ledger, "--diff")
        self.assertIn(f"{PERSON}: Exited -> Assessment", listed.out)
        self.assertIn(f"{OTHER}: missing -> Exited", listed.out)
        again = self.fails(4, "", "replay", self.ledger, "--diff", "--json").objects
        self.assertEqual([(o["subject"], o["live"], o["rebuilt"]) for o in again[:3]],
                         [("participant/p-0", "assessment", None),
                          (PERSON, "exited", "assessment"), (OTHER, None, "exited")])
        self.assertEqual(again[3]["result"], "different")
        self.assertEqual(self.stored(), ["status-1"])

    def test_the_swap_puts_the_rebuilt_view_in_its_place(self):
        self.put_wrong_view()
        self.assertEqual(len(self.ok("status", self.ledger, "--json").objects), 2)
        done = self.ok("replay", self.ledger, "--swap", "--json").objects[-1]
        self.assertEqual((done["result"], done["swapped"], len(done["subjects"])),
                         ("different", True, 3))
        self.assertEqual(self.stored(), ["status-1"])
        after = self.ok("replay", self.ledger, "--json").objects[-1]
        self.assertEqual((after["result"], after["swapped"]), ("ok", False))
        self.assertEqual(after["live_hash"], done["rebuilt_hash"])
        self.assertEqual([o["subject"] for o in self.ok("status", self.ledger, "--json").objects],
                         [PERSON, OTHER])

    def test_the_owner_swaps_the_view_that_it_has_open(self):
        self.put_wrong_view()
        owner = Appender(self.ledger)
        owner.send(enrolled("participant/p-3", "d"))
        self.assertEqual(len(self.ok("status", self.ledger, "--json").objects), 3)
        self.ok("replay", self.ledger, "--swap")
        owner.send(enrolled("participant/p-4", "e"))
        self.assertEqual(len(self.ok("status", self.ledger, "--json").objects), 4)
        self.assertEqual(owner.close().code, 0)
        self.ok("replay", self.ledger)

    def test_what_an_interrupted_rebuild_left_is_removed(self):
        self.ok("status", self.ledger)
        shutil.copytree(self.views / "status-1", self.views / "status.rebuilt")
        self.ok("status", self.ledger, PERSON)
        self.assertEqual(self.stored(), ["status-1"])

    def test_an_older_version_stays_until_this_one_has_caught_up(self):
        self.ok("status", self.ledger)
        (self.views / "status-1").rename(self.views / "status-0")
        self.ok("status", self.ledger, "--as-recorded", 1)
        self.assertEqual(self.stored(), ["status-0", "status-1"])
        self.ok("status", self.ledger)
        self.assertEqual(self.stored(), ["status-1"])


if __name__ == "__main__":
    unittest.main()

"""Programs that idp asks for tokens: they end with it, and may ask the person where there is one."""

import os
import resource
import signal
import time

from case import EndToEndCase


class Programs(EndToEndCase):
    def setUp(self):
        super().setUp()
        self.pids = os.path.join(self.workspace.folder, "pids")

    def program(self, name, text):
        """A program in a folder of its own; gives the folder."""
        folder = os.path.join(self.workspace.folder, "bin")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return folder

    def gitpod(self, text):
        """A stand-in for Gitpod's own program, in PATH."""
        # tmux takes the PATH of who calls it, whatever a session is given.
        self.workspace.environment["PATH"] = self.program("gp", text) + ":" + self.workspace.environment["PATH"]

    # It has a program of its own in turn, and does not come to an end.
    @property
    def endless(self):
        return f"sleep 300 & echo $$ $! >'{self.pids}.new'; mv '{self.pids}.new' '{self.pids}'; wait"

    def running(self):
        """The programs that say that they run, once they do."""
        def read():
            if os.path.exists(self.pids):
                with open(self.pids, encoding="utf-8") as file:
                    return [int(word) for word in file.read().split()]

        return self.until(read, "the program to start")

    def forget(self):
        if os.path.exists(self.pids):
            os.remove(self.pids)

    def assert_ended(self, pids):
        def gone(pid):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                    # One that nobody has waited for yet has ended, too.
                    return file.read().rpartition(")")[2].split()[0] == "Z"
            except (FileNotFoundError, ProcessLookupError):
                return True

        self.until(lambda: all(map(gone, pids)), "the programs to end", 10)

    def test_they_end_with_idp_whatever_ends_it(self):
        for arguments in (["token", "--audience", "a"], ["exec", "--audience", "a"],
                          ["token", "--audience", "a", "--watch", "--out", "kept"]):
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                with self.subTest(f"{arguments[0]} {number.name}"):
                    self.forget()
                    command = ["--", "true"] if arguments[0] == "exec" else []
                    process = self.start(*arguments, "--source", "command:" + self.endless, *command)
                    pids = self.running()
                    process.send_signal(number)
                    process.communicate(timeout=10)
                    # A file that is kept fresh is kept until somebody ends that, which is no failure.
                    self.assertEqual(process.returncode, 0 if "--watch" in arguments else -number)
                    self.assert_ended(pids)

    def test_what_they_started_ends_with_idp_too(self):
        self.program("slow", f"{self.endless}")
        self.terminal.idp("token", "--audience", "a", "--source", f"command:{self.workspace.folder}/bin/slow | cat; true")
        pids = self.running()
        self.terminal.signal(signal.SIGTERM)
        self.assertEqual(self.terminal.ended()["signal"], signal.SIGTERM)
        self.assert_ended(pids)

    def test_they_end_with_idp_even_if_they_would_not(self):
        self.program("deaf", f"trap '' TERM INT HUP; {self.endless}; sleep 300")
        for place in ("beside", "terminal"):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(f"{place} {number.name}"):
                    self.forget()
                    command = ["token", "--audience", "a", "--source", f"command:{self.workspace.folder}/bin/deaf"]
                    if place == "terminal":
                        self.terminal.idp(*command)
                        pids = self.running()
                        self.terminal.keys("C-c") if number == signal.SIGINT else self.terminal.signal(number)
                        self.assertEqual(self.terminal.ended()["signal"], number)
                        self.terminal.close()
                    else:
                        process = self.start(*command)
                        pids = self.running()
                        process.send_signal(number)
                        process.communicate(timeout=10)
                        self.assertEqual(process.returncode, -number)
                    self.assert_ended(pids)

    def test_what_they_leave_behind_is_not_waited_for(self):
        token = self.workspace.token(audience="a")
        process = self.start("token", "--audience", "a", "--source", f"command:sleep 300 & echo $! >'{self.pids}'; echo {token}")
        output, errors = process.communicate(timeout=20)
        self.assertEqual((process.returncode, output.strip(), errors), (0, token, ""))
        os.kill(self.running()[0], signal.SIGKILL)

    def test_a_token_that_cannot_change_is_not_waited_for(self):
        token = self.workspace.token("--ttl", "1s", audience="a")
        time.sleep(1.2)
        process = self.start("exec", "--audience", "a", "--source", "env:OLD", "--", "true", environment={"OLD": token})
        _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 2)
        self.assertIn("expired", errors)

    def test_they_end_when_the_interface_ends_or_no_longer_waits_for_them(self):
        self.gitpod(self.endless)
        for end in ("quit", "cancel", signal.SIGTERM):
            with self.subTest(str(end)):
                self.forget()
                terminal = self.opened(environment={"GITPOD_WORKSPACE_ID": "w"})
                terminal.keys("s")
                terminal.find(r"╭ Issuers and sources")
                terminal.keys("G", "Enter")
                terminal.find(r"^ idp  gitpod \(source\)")
                terminal.keys("Enter")
                pids = self.running()
                if end == "cancel":
                    terminal.keys("Escape")
                    self.assert_ended(pids)
                    terminal.keys("q")
                    terminal.ended()
                elif end == "quit":
                    terminal.keys("q")
                    terminal.ended()
                else:
                    terminal.signal(end)
                    self.assertEqual(terminal.ended()["signal"], end)
                self.assert_ended(pids)
                terminal.close()

    def test_they_may_ask_the_person_at_the_terminal(self):
        token = self.workspace.token(audience="a")
        self.program("ask", f"printf 'Code: ' >/dev/tty; read -r code </dev/tty; [ \"$code\" = 42 ] && echo {token}\n")
        self.terminal.open(
            "sh", "-c",
            f"'{self.workspace.program}' token --audience a --source 'command:{self.workspace.folder}/bin/ask' >got; echo \"end $?\"")
        self.terminal.find("^Code:")
        self.terminal.type("42")
        self.terminal.keys("Enter")
        self.terminal.find("^end 0")
        with open(os.path.join(self.workspace.repository, "got"), encoding="utf-8") as file:
            self.assertEqual(file.read().strip(), token)

    def test_the_keyboard_interrupts_them_with_idp(self):
        self.program("wait", f"echo $$ >'{self.pids}.new'; mv '{self.pids}.new' '{self.pids}'; exec sleep 300")
        self.terminal.idp("token", "--audience", "a", "--source", f"command:{self.workspace.folder}/bin/wait")
        pids = self.running()
        self.terminal.keys("C-c")
        self.assertEqual(self.terminal.ended()["signal"], signal.SIGINT)
        self.assert_ended(pids)

    def test_where_nobody_can_be_asked_they_are_told_so_and_do_not_wait(self):
        # In the interface the terminal is the interface's.
        self.gitpod("read -r code </dev/tty && echo asked; echo \"nobody is there\" >&2; exit 1")
        terminal = self.opened(environment={"GITPOD_WORKSPACE_ID": "w"})
        terminal.keys("s")
        terminal.find(r"╭ Issuers and sources")
        terminal.keys("G", "Enter", "Enter")
        terminal.find("nobody is there")

    def test_what_idp_holds_goes_into_no_dump_and_no_other_program_reads_it(self):
        account = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        self.program("wait", self.endless)
        for folder, _, files in os.walk(self.workspace.folder):
            os.chmod(folder, 0o777)
            if account:
                for path in [folder, *(os.path.join(folder, file) for file in files)]:
                    os.chown(path, 65534, 65534)
        everything = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
        process = self.start(
            "token", "--audience", "a", "--source", f"command:{self.workspace.folder}/bin/wait",
            preexec_fn=everything, **account)
        pids = self.running()
        # What may be dumped or read belongs to the account that runs it; what may not, to root.
        self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, 0)
        self.assertEqual(os.stat(f"/proc/{pids[1]}/mem").st_uid, account.get("user", os.geteuid()))
        process.send_signal(signal.SIGSEGV)
        _, errors = process.communicate(timeout=20)
        self.assertEqual((process.returncode, errors), (-signal.SIGSEGV, ""))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

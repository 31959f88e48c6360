package bolt

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// childLedger names the ledger in the environment of a child process.
const childLedger = "RIPOSTE_TEST_CHILD_LEDGER"

// TestChild is no test of its own: as a child of TestKill it writes until it is killed, and says what was acknowledged.
func TestChild(t *testing.T) {
	path := os.Getenv(childLedger)
	if path == "" {
		t.Skip("runs as a child of TestKill")
	}
	fmt.Println("start") // ends the line that go test began
	s := mustOpen(t, path, clock)
	ctx := t.Context()
	run := os.Getpid()
	for n := 0; ; n++ {
		id := fmt.Sprintf("inc-%d-%d", run, n)
		if _, _, err := s.Open(ctx, ledger.Incident{ID: id, State: ledger.Open, Times: ledger.Times{Received: start}}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("open", id)
		if _, err := s.Update(ctx, id, func(in *ledger.Incident) error { return in.Move(ledger.Remediating) }); err != nil {
			t.Fatal(err)
		}
		fmt.Println("update", id)
		if err := s.Finish(ctx, id, time.Hour); err != nil {
			t.Fatal(err)
		}
		fmt.Println("finish", id)
		if err := s.Touch(ctx, id, id, start); err != nil {
			t.Fatal(err)
		}
		fmt.Println("touch", id)
		if err := s.Observe(ctx, id, []ledger.Sighting{{Member: id, At: start}}, time.Hour); err != nil {
			t.Fatal(err)
		}
		fmt.Println("observe", id)
		if lead, err := s.Thread(ctx, id, id, start, time.Hour); err != nil || lead != id {
			t.Fatalf("Thread = %q, %v", lead, err)
		}
		fmt.Println("thread", id)
		state := fmt.Append(nil, n)
		if err := s.Remember(ctx, id, ledger.Baseline{State: state, At: start, By: id}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("remember", id)
		if err := s.Remember(ctx, "the same", ledger.Baseline{State: state, At: start.Add(time.Duration(n))}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(ctx, "claimed by the last", time.Hour); err == nil {
			fmt.Println("begin", id)
		}
	}
}

// TestKill kills a writing process again and again, at any moment. Afterwards the file opens, holds every write that was
// acknowledged, and the claim of the dead is free.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	var acknowledged []string
	for round := range 8 {
		lines := 1 + rand.IntN(40)
		if round == 0 {
			lines = 1 // while the file is being made
		}
		acknowledged = append(acknowledged, killAfter(t, path, lines)...)
	}
	s := mustOpen(t, path, clock)
	for _, line := range acknowledged {
		if err := holds(t.Context(), s, line); err != nil {
			t.Errorf("acknowledged %q is not there: %v", line, err)
		}
	}
	if len(acknowledged) < 8 {
		t.Errorf("only %d writes were acknowledged: this test proves little", len(acknowledged))
	}
	list, err := s.List(t.Context(), ledger.Query{Limit: 1 << 20})
	if err != nil || len(list) == 0 {
		t.Errorf("List = %d incidents, %v", len(list), err)
	}
	if _, err := s.Remembered(t.Context(), "the same", start.Add(time.Hour)); err != nil {
		t.Errorf("Remembered of what all of the dead wrote: %v", err)
	}
	if done, err := s.Begin(t.Context(), "claimed by the last", time.Minute); err != nil || done {
		t.Errorf("Begin of what a dead process had claimed = done %t, %v; want the claim", done, err)
	}
}

// holds says what is missing of a write that was acknowledged.
func holds(ctx context.Context, s *Store, line string) error {
	what, id, _ := strings.Cut(line, " ")
	var got any
	var err error
	want := any(id)
	switch what {
	case "open", "update":
		var in ledger.Incident
		if in, err = s.Get(ctx, id); what == "update" {
			got, want = in.State, ledger.Remediating
		} else {
			got = in.ID
		}
	case "finish":
		want = true
		got, err = s.Begin(ctx, id, time.Minute)
	case "touch":
		got, _, err = s.Touched(ctx, id)
	case "observe":
		want = fmt.Sprint([]ledger.Sighting{{Member: id, At: start}})
		var list []ledger.Sighting
		list, err = s.Observed(ctx, id, start, start)
		got = fmt.Sprint(list)
	case "thread":
		got, err = s.Threaded(ctx, id, start, time.Hour)
	case "remember":
		var b ledger.Baseline
		b, err = s.Remembered(ctx, id, start.Add(1))
		got = b.By
	default:
		return nil
	}
	if err == nil && got != want {
		err = fmt.Errorf("%v, want %v", got, want)
	}
	return err
}

// killAfter has a child write until it has said so many lines, kills it, and returns all that it said of its writes.
func killAfter(t *testing.T, path string, lines int) (said []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childLedger+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(out)
	for n := 1; scanner.Scan(); n++ {
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		line := scanner.Text()
		if strings.HasPrefix(line, "--- FAIL") || strings.Contains(line, "_test.go:") {
			t.Fatalf("the child failed: %s", line)
		}
		if _, id, ok := strings.Cut(line, " "); ok && strings.HasPrefix(id, "inc-") {
			said = append(said, line)
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return said
}

// endedPID returns the id of a process that has ended.
func endedPID(t *testing.T) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

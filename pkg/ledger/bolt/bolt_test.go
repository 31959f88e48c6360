package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/ledgertest"
)

func TestStore(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T, now func() time.Time) ledgertest.Ledger {
		path := filepath.Join(t.TempDir(), "state", "ledger.db")
		return func() ledger.Store { return mustOpen(t, path, now) }
	})
}

var start = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func clock() time.Time { return start }

func mustOpen(t *testing.T, path string, now func() time.Time) *Store {
	t.Helper()
	s, err := Open(path, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPermissions(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state", "riposte")
	path := filepath.Join(folder, "ledger.db")
	mustOpen(t, path, clock)
	for name, want := range map[string]os.FileMode{path: 0o600, folder: 0o700, filepath.Dir(folder): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	boltFile := func(name string, fill func(*bbolt.Tx) error) string {
		path := filepath.Join(folder, name)
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(fill), db.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, path := range map[string]string{
		"a text":   write("text", "not a ledger\n"),
		"a long":   write("long", strings.Repeat("not a ledger\n", 10_000)),
		"zeros":    write("zeros", strings.Repeat("\x00", 64<<10)),
		"a folder": folder,
		"another program's": boltFile("foreign", func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("theirs"))
			return err
		}),
		"a later version's": boltFile("later", func(tx *bbolt.Tx) error {
			if err := lay(tx); err != nil {
				return err
			}
			return tx.Bucket([]byte(meta)).Put([]byte(formatKey), []byte("6"))
		}),
		"below a file": filepath.Join(write("file", ""), "ledger.db"),
	} {
		before, _ := os.ReadFile(path)
		_, err := Open(path, clock)
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Open of %s = %v, want an error that names %s", name, err, path)
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("Open of %s changed the file", name)
		}
	}
	for name, path := range map[string]string{
		"an empty file":               write("empty", ""),
		"a file that died before lay": boltFile("unlaid", func(*bbolt.Tx) error { return nil }),
	} {
		if _, err := Open(path, clock); err != nil {
			t.Errorf("Open of %s: %v", name, err)
		}
	}
}

// TestDamage overwrites each page in turn and cuts the file short. What is read afterwards is the incident, nothing, where
// an older root of the file still stands, or an error that says what is damaged: never a crash, never another incident.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := mustOpen(t, path, clock)
	want, _, err := s.Open(t.Context(), ledger.Incident{ID: "inc-1", Title: strings.Repeat("title ", 3000)})
	if err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	failed := 0
	try := func(what string, content []byte) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, clock)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%s: Open = %v, want an error that names the file", what, err)
			}
			failed++
			return
		}
		got, err := s.Get(t.Context(), "inc-1")
		_, again := s.Get(t.Context(), "inc-1")
		switch {
		case err == nil:
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: Get returned another incident (-want +got):\n%.500s", what, diff)
			}
		case errors.Is(err, ledger.ErrNotFound):
		case !strings.Contains(err.Error(), path) && !errors.Is(err, errDamaged):
			t.Errorf("%s: Get = %v, want an error that names the file", what, err)
		case again == nil || again.Error() != err.Error():
			t.Errorf("%s: Get again = %v, want %v", what, again, err)
		default:
			failed++
		}
		_, _ = s.Count(t.Context(), "k", time.Hour) // must not crash
	}
	for n := range len(sound) / page {
		for _, garbage := range []byte{0, 0xff, 'Z'} {
			content := append([]byte(nil), sound...)
			for i := range page {
				content[n*page+i] = garbage
			}
			try(fmt.Sprintf("page %d of %q", n, garbage), content)
		}
		try(fmt.Sprintf("cut short in page %d", n), sound[:n*page+page/2])
	}
	if failed < 20 {
		t.Errorf("damage showed %d times only", failed)
	}
}

func TestTakenAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := mustOpen(t, path, clock)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, countErr := s.Count(t.Context(), "k", time.Hour)
	_, getErr := s.Get(t.Context(), "inc-1")
	for name, err := range map[string]error{"Count": countErr, "Get": getErr} {
		if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s without the file = %v, want an error that names it", name, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a new, empty ledger was made in place of the one that was taken away")
	}
}

// TestInUse has another program hold the file, as the bolt tool would.
func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := mustOpen(t, path, clock)
	s.patience = 20 * time.Millisecond
	other, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := s.Count(t.Context(), "k", time.Hour); err == nil || !strings.Contains(err.Error(), path+" is in use by another process") {
		t.Errorf("Count = %v, want an error that says who is in the way", err)
	}

	s.patience = time.Hour
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(nil) })
	if _, err := s.Count(ctx, "k", time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("Count while the context ends = %v, want context.Canceled", err)
	}

	time.AfterFunc(20*time.Millisecond, func() { _ = other.Close() })
	if n, err := s.Count(t.Context(), "k", time.Hour); err != nil || n != 1 {
		t.Errorf("Count once the other has ended = %d, %v; want 1", n, err)
	}
}

// TestSweep makes sure that what is over leaves the file, and nothing else does.
func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	now := start
	s := mustOpen(t, path, func() time.Time { return now })
	ctx := t.Context()
	records := func() map[string]int {
		n := map[string]int{}
		err := s.view(ctx, func(tx *bbolt.Tx) error {
			for _, name := range []string{incidents, feed, counters, deliveries, touches, series, threads, baselines, slots, deadlines} {
				n[name] = tx.Bucket([]byte(name)).Stats().KeyN
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, id := range []string{"a", "b", "c"} {
		_, _, openErr := s.Open(ctx, ledger.Incident{ID: id, State: ledger.Suppressed})
		_, countErr := s.Count(ctx, id, time.Hour)
		_, beginErr := s.Begin(ctx, id, time.Hour)
		_, threadErr := s.Thread(ctx, id, id, now, time.Hour)
		observeErr := s.Observe(ctx, id, []ledger.Sighting{{Member: id, At: now}}, time.Hour)
		rememberErr := s.Remember(ctx, id, ledger.Baseline{State: []byte("1"), At: now})
		_, slotErr := s.PutSlot(ctx, "digest", ledger.Slot{Key: id, Value: []byte("1"), Expires: now.Add(time.Hour)})
		if err := errors.Join(openErr, countErr, beginErr, threadErr, observeErr, rememberErr, slotErr, s.Finish(ctx, id, time.Hour), s.Touch(ctx, id, id, now)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Open(ctx, ledger.Incident{ID: "open", State: ledger.Open, Action: "detach-policy"}); err != nil {
		t.Fatal(err)
	}
	if got := records(); got[incidents] != 4 || got[feed] != 4 || got[series] != 3 || got[threads] != 3 || got[baselines] != 6 || got[slots] != 3 || got[deadlines] != 27 {
		t.Errorf("before: %v, want 4 incidents and 27 deadlines", got)
	}
	err := s.update(ctx, func(tx *bbolt.Tx) error { // an entry that nobody can read must not stop the sweep
		return put(tx, incidents, "a", 1, []byte("{"))
	})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * ledger.Retention)
	for range 2 {
		if _, err := s.Count(ctx, "k", time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	got := records()
	if got[incidents] != 1 || got[feed] > 2 || got[counters] != 1 || got[deliveries] != 0 || got[touches] != 0 ||
		got[series] != 0 || got[threads] != 0 || got[baselines] != 0 || got[slots] != 0 || got[deadlines] != 1 {
		t.Errorf("after: %v, want the open incident and the new counter", got)
	}
	if list, err := s.List(ctx, ledger.Query{}); err != nil || len(list) != 1 {
		t.Errorf("List = %d incidents, %v; want the open one", len(list), err)
	}
}

// TestSweepKeepsUp makes sure that one write removes more than the largest write adds.
func TestSweepKeepsUp(t *testing.T) {
	now := start
	s := mustOpen(t, filepath.Join(t.TempDir(), "ledger.db"), func() time.Time { return now })
	seen := make([]ledger.Sighting, ledger.MaxObserved)
	for range 8 {
		now = now.Add(2 * time.Hour)
		for n := range seen {
			seen[n] = ledger.Sighting{Member: fmt.Sprint(n), At: now}
		}
		if err := s.Observe(t.Context(), "k", seen, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	err := s.view(t.Context(), func(tx *bbolt.Tx) error {
		if n := tx.Bucket([]byte(series)).Stats().KeyN; n != len(seen) {
			t.Errorf("the file holds %d sightings, want the last %d", n, len(seen))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestUnchanged makes sure that what has nothing to write leaves the file as it is.
func TestUnchanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	s := mustOpen(t, path, clock)
	run := func() string {
		t.Helper()
		_, threadErr := s.Thread(t.Context(), "k", "inc-1", start, time.Hour)
		observeErr := s.Observe(t.Context(), "k", []ledger.Sighting{{Member: "bob", At: start}}, time.Hour)
		rememberErr := s.Remember(t.Context(), "k", ledger.Baseline{State: []byte("1"), At: start})
		content, err := os.ReadFile(path)
		if err := errors.Join(threadErr, observeErr, rememberErr, err); err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	laid, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := run()
	if first == string(laid) {
		t.Error("the first calls wrote nothing: this test proves nothing")
	}
	if run() != first {
		t.Error("calls that changed nothing wrote the file")
	}
}

// TestFormats opens files that earlier versions have written, and ones that are put in the place of an open one.
func TestFormats(t *testing.T) {
	for _, earlier := range []string{"1", "2", "3", "4"} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		s := mustOpen(t, path, clock)
		if _, _, err := s.Open(t.Context(), ledger.Incident{ID: "inc-1", Title: "kept"}); err != nil {
			t.Fatal(err)
		}
		err := s.update(t.Context(), func(tx *bbolt.Tx) error {
			for _, name := range lacks(earlier) {
				if err := tx.DeleteBucket([]byte(name)); err != nil {
					return err
				}
			}
			return tx.Bucket([]byte(meta)).Put([]byte(formatKey), []byte(earlier))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Threaded(t.Context(), "k", start, time.Hour); !errors.Is(err, errForeign) || !strings.Contains(err.Error(), path) {
			t.Errorf("format %s: Threaded of a file that changed below = %v, want an error that names it", earlier, err)
		}
		for range 2 {
			s = mustOpen(t, path, clock)
		}
		if err := s.Observe(t.Context(), "k", []ledger.Sighting{{Member: "bob", At: start}}, time.Hour); err != nil {
			t.Errorf("format %s: Observe: %v", earlier, err)
		}
		if lead, err := s.Thread(t.Context(), "k", "inc-1", start, time.Hour); err != nil || lead != "inc-1" {
			t.Errorf("format %s: Thread = %q, %v", earlier, lead, err)
		}
		rememberErr := s.Remember(t.Context(), "k", ledger.Baseline{State: []byte("1"), At: start})
		if got, err := s.Remembered(t.Context(), "k", start.Add(1)); err != nil || string(got.State) != "1" {
			t.Errorf("format %s: Remember: %v, Remembered = %s, %v", earlier, rememberErr, got.State, err)
		}
		beatErr := s.Beat(t.Context(), ledger.Beat{Account: "111122223333", Region: "us-east-1", At: start})
		if got, err := s.Beats(t.Context()); err != nil || len(got) != 1 {
			t.Errorf("format %s: Beat: %v, Beats = %v, %v", earlier, beatErr, got, err)
		}
		_, putErr := s.PutSlot(t.Context(), "digest", ledger.Slot{Key: "k", Value: []byte("1"), Expires: start.Add(time.Hour)})
		if got, err := s.Slots(t.Context(), "digest"); err != nil || len(got) != 1 {
			t.Errorf("format %s: PutSlot: %v, Slots = %v, %v", earlier, putErr, got, err)
		}
		if in, err := s.Get(t.Context(), "inc-1"); err != nil || in.Title != "kept" {
			t.Errorf("format %s: Get = %q, %v; want what the earlier version wrote", earlier, in.Title, err)
		}
	}
}

// TestBaselineStates makes sure that states which no version has any more leave the file.
func TestBaselineStates(t *testing.T) {
	now := start
	s := mustOpen(t, filepath.Join(t.TempDir(), "ledger.db"), func() time.Time { return now })
	for n := range 3 * ledger.MaxBaselines {
		now = now.Add(time.Hour)
		if err := s.Remember(t.Context(), "k", ledger.Baseline{State: fmt.Append(nil, n), At: now}); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(100 * 24 * time.Hour) // the last is stored anew
	if err := s.Remember(t.Context(), "k", ledger.Baseline{State: fmt.Append(nil, 3*ledger.MaxBaselines-1), At: now}); err != nil {
		t.Fatal(err)
	}
	err := s.view(t.Context(), func(tx *bbolt.Tx) error {
		if n := tx.Bucket([]byte(baselines)).Stats().KeyN; n != 1+ledger.MaxBaselines {
			t.Errorf("the file holds %d records of baselines, want the history and %d states", n, ledger.MaxBaselines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamagedState has the state of a baseline rot, and vanish.
func TestDamagedState(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "ledger.db"), clock)
	for name, damage := range map[string]func(b *bbolt.Bucket, key []byte) error{
		"rotten":  func(b *bbolt.Bucket, key []byte) error { return b.Put(key, []byte("short")) },
		"foreign": func(b *bbolt.Bucket, key []byte) error { return b.Put(key, seal(0, []byte("short"))) },
		"missing": (*bbolt.Bucket).Delete,
	} {
		if err := s.Remember(t.Context(), name, ledger.Baseline{State: []byte("1"), At: start}); err != nil {
			t.Fatal(err)
		}
		err := s.update(t.Context(), func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(baselines))
			c := b.Cursor()
			c.Seek([]byte(prefix(name)))
			key, _ := c.Next()
			return damage(b, bytes.Clone(key))
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Remembered(t.Context(), name, start.Add(1))
		if err == nil || errors.Is(err, ledger.ErrNotFound) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: Remembered = %v, want an error that names it", name, err)
		}
	}
}

// TestHolder judges when a claim ends before its lease.
func TestHolder(t *testing.T) {
	me := newHolder("me")
	ended := me
	ended.Process, ended.PID = "another", endedPID(t)
	alive := me
	alive.Process, alive.PID = "another", os.Getppid()
	earlier := me
	earlier.Process = "another" // the same process id in an earlier life
	elsewhere := ended
	elsewhere.Host = "elsewhere"
	container := ended
	container.Space = "pid:[1]"
	unknown := ended
	unknown.Host = ""
	for name, test := range map[string]struct {
		holder holder
		want   bool
	}{
		"this process": {me, false}, "a process that ended": {ended, true}, "a process that lives": {alive, false},
		"an earlier life": {earlier, true}, "on another host": {elsewhere, false}, "in another container": {container, false},
		"without a host": {unknown, false},
	} {
		if got := test.holder.gone(me); got != test.want {
			t.Errorf("%s: gone = %t, want %t", name, got, test.want)
		}
	}
}

func TestDamagedEntry(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "ledger.db"), clock)
	err := s.update(t.Context(), func(tx *bbolt.Tx) error {
		if err := tx.Bucket([]byte(incidents)).Put([]byte("inc-1"), []byte("short")); err != nil {
			return err
		}
		return errors.Join(tx.Bucket([]byte(counters)).Put([]byte("count#k"), seal(0, []byte("{"))),
			tx.Bucket([]byte(threads)).Put([]byte("thread#k"), []byte("short")),
			tx.Bucket([]byte(slots)).Put([]byte(slotKey("quiet", "k")), seal(0, []byte("short"))),
			tx.Bucket([]byte(baselines)).Put([]byte(prefix("k")), []byte("short")),
			tx.Bucket([]byte(series)).Put([]byte(prefix("k")+record.Moment(start)+"#1"), seal(0, []byte("{"))))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "inc-1"); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "inc-1") {
		t.Errorf("Get = %v, want an error that names the incident", err)
	}
	if _, err := s.Count(t.Context(), "k", time.Hour); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("Count = %v, want an error that says so", err)
	}
	_, threadErr := s.Thread(t.Context(), "k", "inc-1", start, time.Hour)
	_, threadedErr := s.Threaded(t.Context(), "k", start, time.Hour)
	_, observedErr := s.Observed(t.Context(), "k", start, start)
	_, slotErr := s.Slot(t.Context(), "quiet", "k")
	_, slotsErr := s.Slots(t.Context(), "quiet")
	_, putErr := s.PutSlot(t.Context(), "quiet", ledger.Slot{Key: "k", Value: []byte("1"), Expires: start.Add(time.Hour)})
	dropErr := s.DropSlot(t.Context(), "quiet", ledger.Slot{Key: "k"})
	for name, err := range map[string]error{"Slot": slotErr, "Slots": slotsErr, "PutSlot": putErr, "DropSlot": dropErr} {
		if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), `"k" of quiet`) {
			t.Errorf("%s = %v, want an error that says so", name, err)
		}
	}
	for name, err := range map[string]error{"Thread": threadErr, "Threaded": threadedErr, "Observed": observedErr} {
		if err == nil || !strings.Contains(err.Error(), `k" `) || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("%s = %v, want an error that says so", name, err)
		}
	}
	if err := s.Remember(t.Context(), "k", ledger.Baseline{State: []byte("1"), At: start}); !errors.Is(err, errDamaged) {
		t.Errorf("Remember = %v, want an error that says so", err)
	}
	if _, err := s.Remembered(t.Context(), "k", start); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), `"k"`) {
		t.Errorf("Remembered = %v, want an error that names it", err)
	}
}

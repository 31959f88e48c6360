package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"riposte/internal/testkit/loopback"
	"riposte/internal/testkit/slackstandin"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/slackapp"
)

const room = "C0EXAMPLE1"

// A workplace is a ledger, a workspace of Slack's and a clock that moves when somebody waits.
type workplace struct {
	t     *testing.T
	store ledger.Store
	slack *slackstandin.Server

	mu    sync.Mutex
	clock time.Time
	slept time.Duration
}

func newWorkplace(t *testing.T) *workplace {
	w := &workplace{t: t, clock: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)}
	w.store = memory.New(w.now)
	w.slack = slackstandin.Start(t, w.now, room)
	return w
}

func (w *workplace) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *workplace) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	w.clock, w.slept = w.clock.Add(d), w.slept+d
	w.mu.Unlock()
	time.Sleep(time.Millisecond) // lets the other process work
	return ctx.Err()
}

// app returns the App of a new process.
func (w *workplace) app() *App {
	credentials := slackapp.FromSecret(secrets{w.slack}, "riposte/slack-app", w.now)
	endpoint, err := slackapp.EndpointOf(w.slack.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	return NewApp(&slackapp.Client{Credentials: credentials, HTTP: loopback.Client(), Sleep: w.sleep, Slack: endpoint}, room, w.store, w.now)
}

// put makes the ledger hold an incident as it is.
func (w *workplace) put(in ledger.Incident) ledger.Incident {
	w.t.Helper()
	stored, created, err := w.store.Open(w.t.Context(), in)
	if err == nil && !created {
		stored, err = w.store.Update(w.t.Context(), in.ID, func(i *ledger.Incident) error {
			received, version := i.Times.Received, i.Version
			*i = in
			i.Times.Received, i.Version = received, version
			return nil
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return stored
}

func (w *workplace) tell(a *App, detailType string, in ledger.Incident, edit ...func(*notify.Message)) {
	w.t.Helper()
	m := notify.Message{DetailType: detailType, Due: in.Version, Incident: in}
	for _, e := range edit {
		e(&m)
	}
	if err := a.Notify(w.t.Context(), m); err != nil {
		w.t.Fatal(err)
	}
}

// card returns the one message that the channel shows.
func (w *workplace) card() slackstandin.Message {
	w.t.Helper()
	shown := w.slack.Channel(room)
	if len(shown) != 1 {
		w.t.Fatalf("the channel shows %d messages, want one card", len(shown))
	}
	return shown[0]
}

func (w *workplace) has(text string, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if want, ok := strings.CutPrefix(p, "!"); ok == strings.Contains(text, want) {
			w.t.Errorf("has %q: %t\n%s", want, ok, text)
		}
	}
}

// withState returns an incident of a case in a state.
func withState(state ledger.State, mode decide.Mode) ledger.Incident {
	in := notifytest.InlinePolicy()
	in.State, in.Mode, in.Changes = state, string(mode), []ledger.Change{}
	return in
}

// remediated returns an incident of withState after its change was made and verified.
func remediated(in ledger.Incident) ledger.Incident {
	in.Changes = notifytest.InlinePolicy().Changes
	return notifytest.Remediated(in)
}

func TestAppUpdatesOneCard(t *testing.T) {
	w := newWorkplace(t)
	in := w.put(withState(ledger.Asked, decide.Ask))
	w.tell(w.app(), notify.IncidentOpened, in)
	card := w.card()
	w.has(card.Shown(), "Waiting for approval.", "[Approve]", "[Dismiss]", "[Except 24 h]", "![Undo]", "!riposte approve")
	thread := w.slack.Thread(room, card.TS)
	if len(thread) != 1 {
		t.Fatalf("%d replies, want the details", len(thread))
	}
	w.has(thread[0].Shown(), "Why it is risky", "riposte approve "+in.ID, "![Approve]")

	done := w.put(remediated(in))
	w.tell(w.app(), notify.IncidentRemediated, done)
	again := w.card()
	if again.TS != card.TS || again.Edits != 1 {
		t.Errorf("card %s with %d edits, want %s with one", again.TS, again.Edits, card.TS)
	}
	w.has(again.Shown(), "Reversed and verified.", "[Undo]", "[Keep]", "![Approve]")
	thread = w.slack.Thread(room, card.TS)
	if len(thread) != 2 {
		t.Fatalf("%d replies, want the outcome too", len(thread))
	}
	w.has(thread[1].Shown(), "Reversed and verified.", "!Why it is risky")

	closed := done
	closed.State = ledger.Kept
	w.tell(w.app(), notify.IncidentKept, w.put(closed))
	w.has(w.card().Shown(), "Kept.", "![Undo]", "![Keep]", "![Except 24 h]")
}

// TestAppShowsTheLedger holds that a message that comes late does not take the card back.
func TestAppShowsTheLedger(t *testing.T) {
	w := newWorkplace(t)
	opened := w.put(withState(ledger.Asked, decide.Ask))
	w.put(remediated(opened))
	w.tell(w.app(), notify.IncidentOpened, opened)
	w.has(w.card().Shown(), "Reversed and verified.", "[Undo]", "!Waiting for approval.")
}

func TestAppTellsEachMessageOnce(t *testing.T) {
	w := newWorkplace(t)
	in := w.put(withState(ledger.Asked, decide.Ask))
	for range 3 {
		w.tell(w.app(), notify.IncidentOpened, in)
	}
	if n := len(w.slack.Thread(room, w.card().TS)); n != 1 {
		t.Errorf("%d replies, want 1", n)
	}
}

// TestAppTwoProcesses holds that of many processes at once one posts the card, and the others add to its thread.
func TestAppTwoProcesses(t *testing.T) {
	w := newWorkplace(t)
	in := w.put(withState(ledger.Asked, decide.Ask))
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			m := notify.Message{DetailType: notify.IncidentOpened, Due: int64(n + 1), Incident: in}
			if err := w.app().Notify(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(w.slack.Thread(room, w.card().TS)); n != 6 {
		t.Errorf("%d replies, want 6", n)
	}
}

// TestAppAfterADeath holds what becomes of a card that was posted and not recorded: with Slack's help there is one, and
// otherwise a second that is kept up to date.
func TestAppAfterADeath(t *testing.T) {
	for _, helps := range []bool{true, false} {
		t.Run(fmt.Sprint(helps), func(t *testing.T) {
			w := newWorkplace(t)
			w.slack.Deduplicate(helps)
			in := w.put(withState(ledger.Asked, decide.Ask))
			a := w.app()
			a.store = &deadStore{CardStore: w.store}
			if err := a.Notify(t.Context(), notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: in}); err == nil {
				t.Fatal("no error although the card could not be recorded")
			}
			w.tell(w.app(), notify.IncidentOpened, in)
			cards := w.slack.Channel(room)
			if want := map[bool]int{true: 1, false: 2}[helps]; len(cards) != want {
				t.Fatalf("%d cards, want %d", len(cards), want)
			}
			last := cards[len(cards)-1]
			w.tell(w.app(), notify.IncidentRemediated, w.put(remediated(in)))
			if n := len(w.slack.Thread(room, last.TS)); n != 2 {
				t.Errorf("%d replies to the last card, want 2", n)
			}
		})
	}
}

// deadStore records nothing.
type deadStore struct{ CardStore }

func (deadStore) PutSlot(context.Context, string, ledger.Slot) (ledger.Slot, error) {
	return ledger.Slot{}, errors.New("the process died")
}

func TestAppDrawsADeletedCardAnew(t *testing.T) {
	for _, helps := range []bool{true, false} {
		w := newWorkplace(t)
		w.slack.Deduplicate(helps)
		in := w.put(withState(ledger.Asked, decide.Ask))
		w.tell(w.app(), notify.IncidentOpened, in)
		first := w.card()
		w.slack.Delete(room, first.TS)
		w.tell(w.app(), notify.IncidentRemediated, w.put(remediated(in)))
		second := w.card()
		if second.TS == first.TS {
			t.Error("the deleted card came back")
		}
		w.has(w.slack.Thread(room, second.TS)[0].Shown(), "Why it is risky", "Reversed and verified.")
	}
}

func TestAppSaysWhatKeepsItFromTelling(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(*slackstandin.Server)
		want string
	}{
		{"archived", func(s *slackstandin.Server) { s.Archive(room) }, "is_archived: the channel is archived"},
		{"not invited", func(s *slackstandin.Server) { s.Leave(room) }, "not_in_channel: invite the app"},
		{"no channel", func(s *slackstandin.Server) { s.Refuse("chat.postMessage", "channel_not_found") }, "channel_not_found: there is no such channel"},
		{"revoked", func(s *slackstandin.Server) {
			s.Refuse("chat.postMessage", "token_revoked")
			s.Refuse("chat.postMessage", "token_revoked")
		}, "token_revoked: the token is no longer valid"},
		{"no scope", func(s *slackstandin.Server) { s.Refuse("chat.postMessage", "missing_scope") }, "missing_scope: the app lacks the scope"},
		{"out of reach", (*slackstandin.Server).Close, "call chat.postMessage of Slack"},
		{"busy for long", func(s *slackstandin.Server) { s.Break("chat.postMessage", 429, "3600") }, "it asks to wait 1h0m0s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorkplace(t)
			tc.do(w.slack)
			err := w.app().Notify(t.Context(), notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: w.put(withState(ledger.Asked, decide.Ask))})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "xoxb") || strings.Contains(err.Error(), "not-a-real") {
				t.Errorf("the error gives the token away: %v", err)
			}
		})
	}
}

func TestAppTakesUpARotatedToken(t *testing.T) {
	w := newWorkplace(t)
	a := w.app()
	in := w.put(withState(ledger.Asked, decide.Ask))
	w.tell(a, notify.IncidentOpened, in)
	w.clock = w.clock.Add(time.Minute)
	w.slack.Rotate()
	w.tell(a, notify.IncidentRemediated, w.put(remediated(in)))
	w.has(w.card().Shown(), "Reversed and verified.")
}

func TestAppTellsWithoutBlocks(t *testing.T) {
	w := newWorkplace(t)
	in := w.put(withState(ledger.Asked, decide.Ask))
	w.slack.Refuse("chat.postMessage", "invalid_blocks")
	w.tell(w.app(), notify.IncidentOpened, in)
	w.has(w.card().Shown(), in.Title, "Slack refused the full message")
	w.slack.Refuse("chat.update", "msg_blocks_too_long")
	w.tell(w.app(), notify.IncidentRemediated, w.put(remediated(in)))
	w.has(w.card().Shown(), in.Title, "Reversed and verified.", "Slack refused the full message")
}

// TestAppKeepsTheRate holds that a channel that takes one message a second gets all of them.
func TestAppKeepsTheRate(t *testing.T) {
	w := newWorkplace(t)
	w.slack.LimitRates(true)
	in := w.put(withState(ledger.Asked, decide.Ask))
	w.tell(w.app(), notify.IncidentOpened, in)
	if n := len(w.slack.Thread(room, w.card().TS)); n != 1 || w.slept < time.Second {
		t.Errorf("%d replies after waiting %s", n, w.slept)
	}
}

func TestAppCountsDown(t *testing.T) {
	w := newWorkplace(t)
	in := withState(ledger.Asked, decide.Contain)
	in = w.put(remediated(in))
	end := time.Date(2026, 11, 20, 18, 3, 0, 0, time.UTC)
	w.tell(w.app(), notify.IncidentRemediated, in, func(m *notify.Message) { m.Deadline, m.EndsUndone = end, true })
	const countdown = "it is undone <!date^1795197780^{date_short_pretty} at {time}|2026-11-20 18:03 UTC>"
	w.has(w.card().Shown(), "*Unless somebody decides*, "+countdown)

	w.tell(w.app(), notify.IncidentOpened, in) // a message that does not say it
	w.has(w.card().Shown(), countdown)

	in.State = ledger.Undone
	w.tell(w.app(), notify.IncidentUndone, w.put(in))
	w.has(w.card().Shown(), "!"+countdown, "Undone.")
}

func TestAppShowsTheFirstOfTwo(t *testing.T) {
	w := newWorkplace(t)
	in := withState(ledger.Asked, decide.Ask)
	in.Notes = append(in.Notes, ledger.Note{Time: w.now(), By: "Ann (Slack U0ANN)", Text: "approval given, the first of two"})
	in = w.put(in)
	w.tell(w.app(), notify.ApprovalGiven, in)
	w.has(w.slack.Channel(room)[0].Shown(), "*One of two approvals*, to approve, by `Ann (Slack U0ANN)`", "[Approve]")
	if n := len(w.slack.Channel(room)); n != 2 {
		t.Errorf("the channel shows %d messages, want the card and the reply that somebody is wanted", n)
	}
}

// TestAppChain holds that a chain is one card, which shows how each part stands and has buttons for those that wait.
func TestAppChain(t *testing.T) {
	w := newWorkplace(t)
	lead := withState(ledger.Open, decide.Alert)
	lead.Action = ""
	part := notifytest.AdminAttached()
	part.State, part.Mode, part.PartOf = ledger.Asked, string(decide.Ask), lead.ID
	quiet := notifytest.KeyForOtherUser()
	quiet.State, quiet.Mode, quiet.PartOf = ledger.Kept, string(decide.Act), lead.ID
	chain := ledger.Weighed(lead.ID, []ledger.Step{ledger.StepOf(lead), ledger.StepOf(part), ledger.StepOf(quiet)})
	lead.Chain, part.Chain, quiet.Chain = &chain, &chain, &chain
	lead, part = w.put(lead), w.put(part)
	w.put(quiet)
	w.tell(w.app(), notify.IncidentOpened, part)
	w.tell(w.app(), notify.IncidentOpened, lead)
	card := w.card()
	w.has(card.Shown(), lead.Title, "*asked*", "*kept*", "Waiting for approval. ", "[Approve]")
	if n := len(w.slack.Thread(room, card.TS)); n != 2 {
		t.Errorf("%d replies, want 2", n)
	}
	w.tell(w.app(), notify.IncidentRemediated, w.put(notifytest.Remediated(part)))
	w.has(w.card().Shown(), "*remediated*", "![Approve]")
}

// TestCards holds how the card of every kind of message reads, and that Slack takes all of them, hostile ones too.
func TestCards(t *testing.T) {
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		t.Run(c.Name, func(t *testing.T) {
			w := newWorkplace(t)
			m := c.Message
			if id := m.Incident.ID; id == "" || len(id) > ledger.MaxID || !utf8.ValidString(id) { // no ledger holds such a one
				m.Incident.ID = "inc-0123456789abcdef"
			}
			m.Incident = w.put(m.Incident)
			if err := w.app().Notify(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			card := w.slack.Channel(room)[0]
			if strings.Contains(card.Text, "Slack refused") {
				t.Errorf("Slack refused the card: %s", card.Text)
			}
			golden(t, "card-"+c.Name+".golden", card.Shown()+"\n")
		})
	}
}

package ledgertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// testHostile stores what an attacker can bring into an incident.
func testHostile(t *testing.T, b *bench) {
	for n, text := range []string{
		"", "\x00", "a\x00b#c", "\u2028</script>\"'\\", "\u202Egnp.exe", "🧨", "\uFFFF", strings.Repeat("ž", 30_000), "{\"S\":\"x\"}", "-0",
	} {
		in := incident(fmt.Sprint("inc-", n, "#", strings.ReplaceAll(text[:min(len(text), 40)], "\xc5", "")))
		in.ID = strings.ToValidUTF8(in.ID, "?")
		in.Title, in.Summary, in.Actor, in.Resource, in.Error, in.Rule, in.Mode = text, text, text, text, text, "r"+text, text
		in.EventIDs = []string{text, text}
		in.Finding.Params = map[string]string{"k" + text: text}
		if n%2 == 0 {
			in.Times = ledger.Times{}
		}
		raw, err := json.Marshal(map[string]any{text: []any{text, nil, 1e300, -1, map[string]any{}}})
		if err != nil {
			t.Fatal(err)
		}
		in.Changes[0].Before, in.Changes[0].After = raw, json.RawMessage("null")
		want := in
		want.Version = 1
		wantEqual(t, "stored", mustOpen(t, b.a, in), want)
		wantEqual(t, "read", mustGet(t, b.b, in.ID), want)
		wantList(t, b, ledger.Query{Rule: in.Rule}, in.ID)
	}

	in := incident("inc-invalid")
	in.Title, in.Actor = "a\xffb", "\xc0\x80"
	in.Changes[0].Before = json.RawMessage("{\"k\":\"a\xffb\"}")
	stored := mustOpen(t, b.a, in)
	wantEqual(t, "read", mustGet(t, b.b, in.ID), stored)
	wantEqual(t, "title", stored.Title, "a\uFFFDb")
	wantEqual(t, "raw JSON", string(stored.Changes[0].Before), "{\"k\":\"a\uFFFDb\"}")

	in = incident("inc-broken")
	in.Changes[0].Before = json.RawMessage(`{"k":`)
	if _, _, err := b.a.Open(t.Context(), in); err == nil {
		t.Error("an incident with broken raw JSON was stored")
	}
	in = incident("inc-late")
	in.Times.Event = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, _, err := b.a.Open(t.Context(), in); err == nil {
		t.Error("an incident with a time that JSON cannot write was stored")
	}
}

// testHostileKeys makes sure that no key reaches what another one names.
func testHostileKeys(t *testing.T, b *bench) {
	long := strings.Repeat("n", 5000)
	keys := []string{
		"", "k", "k#", "#k", "k\x00", "k\x00k", "k/2026-03-14T09:26:53.589793238Z#inc-1", "k\x002026-03-14T09:26:53.589793238Z#inc-1",
		"k\xff", "k\xfe", "k\uFFFD", long, long + "x", long[:900], long[:901], "count#k", "K",
	}
	for n, key := range keys {
		for want := range int64(2) {
			wantCount(t, b.a, key, want+1)
		}
		wantBegin(t, b.a, key, false, nil)
		if n%2 == 0 {
			finish(t, b.a, key, time.Hour)
		}
		touch(t, b.a, key, fmt.Sprint("inc-", n), start)
		observe(t, b.a, key, saw(key, fmt.Sprint("e", n), 0))
		wantThread(t, b.a, key, threadCall{fmt.Sprint("inc-", n), 0, 60}, fmt.Sprint("inc-", n))
		remember(t, b.a, key, good(fmt.Sprint(n), 0, "e"))
	}
	for n, key := range keys {
		if n%2 == 0 {
			wantBegin(t, b.b, key, true, nil)
		} else {
			wantBegin(t, b.b, key, false, ledger.ErrBusy)
		}
		wantTouches(t, b.b, key, time.Time{}, start.Add(time.Hour), ledger.Touch{Incident: fmt.Sprint("inc-", n), At: start})
		if got := observed(t, b.b, key, time.Time{}, ever); len(got) != 1 || got[0].Event != fmt.Sprint("e", n) {
			t.Errorf("Observed(%.40q) = %.200q, want e%d alone", key, got, n)
		}
		wantThreaded(t, b.b, key, 0, 60, fmt.Sprint("inc-", n))
		wantRemembered(t, b.b, key, ever, good(fmt.Sprint(n), 0, "e"))
	}
	touch(t, b.a, "hostile incidents", "inc\xff\x00#", start)
	touch(t, b.a, "hostile incidents", long, start.Add(1))
	wantTouches(t, b.b, "hostile incidents", start, start.Add(1),
		ledger.Touch{Incident: long, At: start.Add(1)}, ledger.Touch{Incident: "inc\uFFFD\x00#", At: start})
}

// testLargeIncident stores one that is larger than an item of DynamoDB may be and compresses as documents do.
func testLargeIncident(t *testing.T, b *bench) {
	in := incident("inc-large")
	document, err := json.Marshal(map[string]string{"document": strings.Repeat(`{"Effect":"Allow","Action":"*"}`, 20_000)})
	if err != nil {
		t.Fatal(err)
	}
	in.Changes[0].Before = document
	stored := mustOpen(t, b.a, in)
	wantEqual(t, "read", mustGet(t, b.b, in.ID), stored)
	wantEqual(t, "its document", string(stored.Changes[0].Before), string(document))
	wantList(t, b, ledger.Query{}, in.ID)
	mustUpdate(t, b.b, in.ID, func(in *ledger.Incident) error {
		in.Changes = nil
		return nil
	})
	wantList(t, b, ledger.Query{}, in.ID)
}

func testCancelled(t *testing.T, b *bench) {
	mustOpen(t, b.a, incident("inc-1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, openErr := b.a.Open(ctx, incident("inc-2"))
	_, getErr := b.a.Get(ctx, "inc-1")
	_, updateErr := b.a.Update(ctx, "inc-1", moveTo(ledger.Kept))
	_, listErr := b.a.List(ctx, ledger.Query{})
	_, countErr := b.a.Count(ctx, "k", time.Hour)
	_, beginErr := b.a.Begin(ctx, "k", time.Hour)
	_, switchErr := b.a.Switch(ctx)
	_, _, touchedErr := b.a.Touched(ctx, "r")
	_, touchesErr := b.a.Touches(ctx, "r", start, start)
	_, observedErr := b.a.Observed(ctx, "r", start, start)
	_, wrongWayErr := b.a.Observed(ctx, "r", start.Add(1), start)
	_, threadErr := b.a.Thread(ctx, "r", "inc-1", start, time.Hour)
	_, threadedErr := b.a.Threaded(ctx, "r", start, time.Hour)
	_, rememberedErr := b.a.Remembered(ctx, "r", ever)
	_, beatsErr := b.a.Beats(ctx)
	_, forgetErr := b.a.ForgetBeat(ctx, "111122223333", "us-east-1")
	_, slotErr := b.a.Slot(ctx, "quiet", "k")
	_, slotsErr := b.a.Slots(ctx, "quiet")
	_, putErr := b.a.PutSlot(ctx, "quiet", slotOf("k", `1`))
	for name, err := range map[string]error{
		"Open": openErr, "Get": getErr, "Update": updateErr, "List": listErr, "Count": countErr, "Begin": beginErr,
		"Finish": b.a.Finish(ctx, "f", time.Hour), "Release": b.a.Release(ctx, "f"),
		"Switch": switchErr, "SetSwitch": b.a.SetSwitch(ctx, ledger.Switch{Stopped: true}),
		"Touch": b.a.Touch(ctx, "r", "inc-1", start), "Touched": touchedErr, "Touches": touchesErr,
		"Observe":         b.a.Observe(ctx, "r", []ledger.Sighting{saw("m", "e", 0)}, time.Hour),
		"Observe nothing": b.a.Observe(ctx, "r", nil, time.Hour),
		"Observed":        observedErr, "Observed the wrong way round": wrongWayErr, "Thread": threadErr, "Threaded": threadedErr,
		"Remember": b.a.Remember(ctx, "r", good("1", 0, "e")), "Remembered": rememberedErr,
		"Beat": b.a.Beat(ctx, beatAt("111122223333", "us-east-1", 0, 0)), "Beats": beatsErr, "ForgetBeat": forgetErr,
		"Slot": slotErr, "Slots": slotsErr, "PutSlot": putErr, "DropSlot": b.a.DropSlot(ctx, "quiet", slotOf("k", `1`)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want context.Canceled", name, err)
		}
	}
	wantList(t, b, ledger.Query{}, "inc-1")
	wantCount(t, b.a, "k", 1)
	wantBegin(t, b.a, "k", false, nil)
	wantBegin(t, b.a, "f", false, nil)
	wantTouched(t, b.a, "r", "", time.Time{})
	wantObserved(t, b.a, "r", time.Time{}, ever)
	wantThreaded(t, b.a, "r", 0, 60, "")
	wantNotRemembered(t, b.a, "r", ever)
	wantBeats(t, b.a)
	wantSlots(t, b.a, "quiet")
	if sw, err := b.a.Switch(t.Context()); err != nil || sw.Stopped {
		t.Errorf("Switch = %+v, %v; want it not moved", sw, err)
	}
	wantEqual(t, "state", mustGet(t, b.a, "inc-1").State, ledger.Open)
}

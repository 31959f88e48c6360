package cost_test

import (
	"math"
	"testing"

	"riposte/internal/cost"
)

func measured(t *testing.T) cost.Measurement {
	t.Helper()
	m, err := cost.Measured()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMeasured holds that something was counted where something happens, and that more is done where more happens.
func TestMeasured(t *testing.T) {
	m := measured(t)
	if m.Nothing != (cost.Usage{}) {
		t.Errorf("an event that yields nothing uses %+v", m.Nothing)
	}
	if m.Alert.Writes == 0 || m.Alert.Publishes != 1 || m.Act.Queue == 0 || m.Act.Publishes != 2 || m.Act.Writes <= m.Alert.Writes {
		t.Errorf("an alert uses %+v, a reversal %+v", m.Alert, m.Act)
	}
}

// TestPerMillion holds the arithmetic against figures worked out by hand.
func TestPerMillion(t *testing.T) {
	u := cost.Usage{Reads: 8, Writes: 4, Queue: 1, Events: 1, Publishes: 1, LogBytes: 2000}
	want := map[string]float64{
		"Lambda":                                 2*0.20 + 0.5*0.0000133334/4*1e6,
		"DynamoDB":                               8*0.125 + 4*0.625,
		"SQS":                                    3 * 0.50,
		"EventBridge":                            1.00,
		"SNS":                                    0.50,
		"CloudWatch Logs":                        2 * 0.50,
		"the hop from another region or account": 1.00,
	}
	lines := cost.PerMillion(u, 2, 0.5, true)
	for _, l := range lines {
		if math.Abs(l.USD-want[l.What]) > 1e-9 {
			t.Errorf("%s costs %v, want %v", l.What, l.USD, want[l.What])
		}
	}
	if len(lines) != len(want) {
		t.Errorf("%d lines, want %d", len(lines), len(want))
	}
	if without := cost.PerMillion(u, 2, 0.5, false); math.Abs(cost.Sum(lines)-cost.Sum(without)-1) > 1e-9 {
		t.Error("a million hops cost a dollar")
	}
}

// TestFixed holds that an idle deployment costs what its alarms, dashboard and key do.
func TestFixed(t *testing.T) {
	if got := cost.Sum(cost.Stack{Alarms: 10, Dashboards: 1, Keys: 1}.Fixed()); math.Abs(got-5) > 1e-9 {
		t.Errorf("it costs %v, want 5", got)
	}
}

// TestBeatsAreCheap holds the bound that the design promises for each account and region.
func TestBeatsAreCheap(t *testing.T) {
	if got := cost.Sum(cost.Beats()); got > 0.02 {
		t.Errorf("the heartbeats of one account and region cost %v dollars a month", got)
	}
}

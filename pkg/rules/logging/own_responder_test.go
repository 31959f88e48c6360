package logging

import (
	"slices"
	"strings"
	"testing"

	"riposte/pkg/cloudtrail"
)

// TestOwnNames holds how the name of what a call was made on is told from the text of its request.
func TestOwnNames(t *testing.T) {
	bus, table := within(":event-bus/"), within(":table/")
	topic := "arn:aws:sns:eu-west-1:111122223333:Riposte-Topic"
	for name, tt := range map[string]struct {
		of   func(string) string
		text string
		want string
	}{
		"a bus":                  {bus, "riposte", "riposte"},
		"a bus by its ARN":       {bus, "arn:aws:events:eu-west-1:111122223333:event-bus/riposte", "riposte"},
		"a table's index":        {table, "arn:aws:dynamodb:eu-west-1:111122223333:table/Riposte-L/index/feed", "Riposte-L"},
		"a queue":                {afterSlash, "https://queue.amazonaws.com/111122223333/Riposte-Jobs.fifo", "Riposte-Jobs.fifo"},
		"a role with a path":     {afterSlash, "arn:aws:iam::111122223333:role/service/Riposte-detect", "Riposte-detect"},
		"a stack":                {stackName, "Riposte", "Riposte"},
		"a stack by its ARN":     {stackName, "arn:aws:cloudformation:eu-west-1:111122223333:stack/Riposte/0a1b", "Riposte"},
		"a StackSet's stack":     {stackName, "StackSet-Riposte-spokes-0a1b", "Riposte-spokes-0a1b"},
		"a StackSet by its id":   {stackSetName, "Riposte-spokes:0a1b", "Riposte-spokes"},
		"a StackSet by its ARN":  {stackSetName, "arn:aws:cloudformation:eu-west-1:111122223333:stackset/Riposte-spokes:0a1b", "Riposte-spokes"},
		"a topic's subscription": {topicName, topic + ":0a1b", "Riposte-Topic"},
		"a topic":                {topicName, topic, "Riposte-Topic"},
		"no ARN":                 {topicName, "Riposte:Topic", "Riposte:Topic"},
	} {
		if got := tt.of(tt.text); got != tt.want {
			t.Errorf("%s: %q names %q, want %q", name, tt.text, got, tt.want)
		}
	}
}

// TestOwnCallsNeedNoName holds that a call which says nothing of what it was made on is told as one that cannot be judged,
// for every call that the rule wants.
func TestOwnCallsNeedNoName(t *testing.T) {
	rule := OwnResponderTampered()
	for _, e := range rule.Pattern {
		for _, name := range e.Names {
			ev := &cloudtrail.Event{
				Source: e.Source, Name: name, Account: "111122223333", Region: "eu-west-1",
				Request: cloudtrail.NewPayload([]byte(`{"omitted":true}`)),
			}
			found, err := rule.Match(ev)
			if err == nil && (len(found) != 1 || found[0].Unjudged == "" || !strings.Contains(found[0].Unjudged, "omitted")) {
				t.Errorf("%s of %s without its request: %+v, %v", name, e.Source, found, err)
			}
		}
	}
}

// TestTogether holds that no two parts of the rule want the same call: one would be lost.
func TestTogether(t *testing.T) {
	var seen []string
	for _, part := range ownParts() {
		for source, judged := range part {
			for name := range judged {
				if slices.Contains(seen, source+" "+name) {
					t.Errorf("two parts judge %s of %s", name, source)
				}
				seen = append(seen, source+" "+name)
			}
		}
	}
}

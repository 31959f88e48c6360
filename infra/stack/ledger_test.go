package stack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/loopback"
	detection "riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/ledger/schema"
	notifications "riposte/pkg/notify"
	"riposte/pkg/notify/gate"
)

// TestLedgerPermissionsSuffice calls what each function calls of the ledger and holds that its role may make exactly the
// calls of DynamoDB that come of it, on the kinds of records that they are made on.
func TestLedgerPermissionsSuffice(t *testing.T) {
	for f, use := range uses() {
		made, err := recorded(t, use)
		if len(made) == 0 {
			t.Fatalf("%s made no call: %v", f, err)
		}
		kinds := map[string]bool{}
		allowed := map[string]bool{}
		for _, s := range rolePolicy(t, plainTemplate(t), f) {
			if !strings.HasPrefix(s.sid, "Ledger") {
				continue
			}
			if len(s.condition) != 2 || s.condition[1] != "Null dynamodb:LeadingKeys = false" || !slices.Equal(s.resources, []string{"<Ledger.Arn>"}) {
				t.Fatalf("%s: %s is not bound to one kind of records: %v", f, s.sid, s.condition)
			}
			patterns, _ := cutPrefix(s.condition[0], "ForAllValues:StringLike dynamodb:LeadingKeys = ")
			for _, a := range s.actions {
				for _, p := range patterns {
					allowed[a+" "+p] = true
				}
			}
		}
		for c := range made {
			call, record, _ := strings.Cut(c, " ")
			fits := func(p string) bool {
				action, pattern, _ := strings.Cut(p, " ")
				return action == call && covers(pattern, record)
			}
			if !slices.ContainsFunc(slices.Collect(maps.Keys(allowed)), fits) {
				t.Errorf("%s may not %s on %.40s", f, call, record)
			}
			kind, name, hasName := strings.Cut(record, "#")
			switch {
			case hasName && strings.HasPrefix(name, "work/"): // the claims of those who change accounts
				kind += "#work/*"
			case hasName && strings.HasPrefix(name, "tick/"):
				kind += "#tick/*"
			case kind == "slot": // each family has a name of its own
				kind = record
			case kind == "count":
				purpose, _, _ := strings.Cut(name, "/")
				kind += "#" + purpose + "/*"
			case kind == "delivery":
				kind += "#inc-*"
			case hasName:
				kind += "#*"
			}
			kinds[call+" "+kind] = true
		}
		if f == detect { // states that no version needs any more, which the recorded uses do not come to
			kinds["dynamodb:DeleteItem baseline#*"], kinds["dynamodb:DeleteItem baseline-sha256#*"] = true, true
		}
		if diff := cmp.Diff(kinds, allowed); diff != "" {
			t.Errorf("%s (-calls +permissions):\n%s", f, diff)
		}
	}
}

// TestOnlyPeopleMoveTheSwitch holds that no function can release the kill switch, and that only the remediator can leave
// the marks by which its own calls are told from others'.
func TestOnlyPeopleMoveTheSwitch(t *testing.T) {
	for _, f := range deployedFunctions(plainTemplate(t)) {
		for _, s := range rolePolicy(t, plainTemplate(t), f) {
			if !strings.HasPrefix(s.sid, "Ledger") || slices.Equal(s.actions, []string{"dynamodb:GetItem"}) || slices.Equal(s.actions, []string{"dynamodb:Query"}) {
				continue
			}
			patterns, _ := cutPrefix(s.condition[0], "ForAllValues:StringLike dynamodb:LeadingKeys = ")
			for _, p := range patterns {
				if covers(p, "switch") || f != remediate && covers(p, "touch#key") {
					t.Errorf("%s may %v on %s", f, s.actions, p)
				}
			}
		}
	}
}

// uses are what each function does with the ledger, with keys that fit and with keys that are so long that they are hashed.
func uses() map[function]func(context.Context, ledger.Store) error {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	change := func(*ledger.Incident) error { return nil }
	long := strings.Repeat("k", 2000)
	return map[function]func(context.Context, ledger.Store) error{
		detect: func(ctx context.Context, s ledger.Store) error {
			var errs []error
			for _, key := range []string{"key", long} {
				_, _, openErr := s.Open(ctx, ledger.Incident{ID: "inc-1", State: ledger.Open, Times: ledger.Times{Received: now}})
				_, getErr := s.Get(ctx, "inc-1")
				_, updateErr := s.Update(ctx, "inc-1", change)
				_, switchErr := s.Switch(ctx)
				_, touchesErr := s.Touches(ctx, key, now, now)
				_, countErr := s.Count(ctx, "budget/2026-11-01T12/all", time.Hour)
				_, exceptErr := s.Slots(ctx, schema.Exceptions)
				seriesErr := s.Observe(ctx, key, []ledger.Sighting{{Member: "a", Event: "e", At: now}}, time.Hour)
				_, seenErr := s.Observed(ctx, key, now, now)
				_, threadErr := s.Thread(ctx, key, "inc-1", now, time.Hour)
				_, leadErr := s.Threaded(ctx, key, now, time.Hour)
				rememberErr := s.Remember(ctx, key, ledger.Baseline{State: []byte("1"), At: now, By: "e"})
				beatErr := s.Beat(ctx, ledger.Beat{Account: "111122223333", Region: "us-east-1", At: now, Received: now})
				errs = append(errs, openErr, getErr, updateErr, switchErr, touchesErr, countErr, seriesErr, seenErr, threadErr, leadErr, rememberErr, beatErr, exceptErr)
			}
			return errors.Join(errs...)
		},
		remediate: func(ctx context.Context, s ledger.Store) error {
			var errs []error
			for _, key := range []string{"key", long} {
				_, getErr := s.Get(ctx, "inc-1")
				_, updateErr := s.Update(ctx, "inc-1", change)
				_, switchErr := s.Switch(ctx)
				if _, err := s.Remembered(ctx, key, now); !errors.Is(err, ledger.ErrNotFound) {
					errs = append(errs, err)
				}
				_, seenErr := s.Observed(ctx, key, now, now)
				errs = append(errs, getErr, updateErr, switchErr, seenErr, s.Touch(ctx, key, "inc-1", now))
			}
			_, beginErr := s.Begin(ctx, "work/group", time.Minute)
			errs = append(errs, beginErr, s.Release(ctx, "work/group"))
			return errors.Join(errs...)
		},
		heartbeat: func(ctx context.Context, s ledger.Store) error {
			_, err := s.Beats(ctx)
			return err
		},
		notify: func(ctx context.Context, s ledger.Store) error {
			key := notifications.Message{DetailType: notifications.IncidentOpened, Incident: ledger.Incident{ID: detection.Finding{}.Incident()}}.Key()
			_, err := s.Begin(ctx, key, time.Minute)
			errs := []error{err, s.Release(ctx, key), s.Finish(ctx, key, time.Hour)}
			_, err = s.Get(ctx, "inc-1")
			errs = append(errs, err)
			_, err = s.Begin(ctx, "tick/notify", time.Minute)
			errs = append(errs, err, s.Release(ctx, "tick/notify"))
			_, err = s.Count(ctx, "notify/opened/high/default/sns/inc-1", time.Hour)
			errs = append(errs, err)
			for _, family := range append(gate.Families(), schema.Waiting, schema.Told) {
				slot, err := s.PutSlot(ctx, family, ledger.Slot{Key: "k", Value: []byte("1"), Expires: now.Add(time.Hour)})
				if !errors.Is(err, ledger.ErrConflict) { // the first write is refused
					errs = append(errs, err)
				}
				if _, err := s.Slot(ctx, family, "k"); !errors.Is(err, ledger.ErrNotFound) {
					errs = append(errs, err)
				}
				if family == schema.Told {
					continue
				}
				_, err = s.Slots(ctx, family)
				errs = append(errs, err)
				slot.Key, slot.Version = "k", 1
				if err := s.DropSlot(ctx, family, slot); !errors.Is(err, ledger.ErrConflict) {
					errs = append(errs, err)
				}
			}
			return errors.Join(errs...)
		},
	}
}

// recorded returns which calls of DynamoDB come of a use of the store, as actions of IAM with the partition key of the
// record. There is an incident, and the first write to each record is refused, so that what a store does then is seen too.
func recorded(t *testing.T, use func(context.Context, ledger.Store) error) (map[string]bool, error) {
	t.Helper()
	var mu sync.Mutex
	calls := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		record := partitionKey(t, r.Body)
		mu.Lock()
		made := "dynamodb:" + call + " " + record
		refuse := !calls[made] && call != "GetItem" && call != "Query"
		calls[made] = true
		mu.Unlock()
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if refuse {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`)
			return
		}
		answer := "{}"
		if call == "GetItem" && strings.HasPrefix(record, "incident#") {
			answer = `{"Item":{"body":{"S":"{\"id\":\"inc-1\",\"state\":\"open\"}"},"write":{"S":"1-a"}}}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	store := dynamo.New(dynamodb.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: loopback.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
	}), "table", func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a store may try for as long as it can
	defer cancel()
	err := use(ctx, store)
	mu.Lock()
	defer mu.Unlock()
	return maps.Clone(calls), err
}

// partitionKey returns the partition key that a request to DynamoDB names.
func partitionKey(t *testing.T, body io.Reader) string {
	t.Helper()
	type record map[string]struct{ S string }
	var in struct {
		Key, Item                 record
		KeyConditionExpression    string
		ExpressionAttributeValues record
	}
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		t.Errorf("request: %v", err)
	}
	if condition, ok := strings.CutPrefix(in.KeyConditionExpression, "#pk = "); ok {
		name, _, _ := strings.Cut(condition, " ")
		return in.ExpressionAttributeValues[name].S
	}
	return in.Key[schema.PartitionKey].S + in.Item[schema.PartitionKey].S
}

package stack

import (
	"context"
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
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
)

// TestLedgerPermissionsSuffice calls what each function calls of the ledger and holds that its role may make exactly the
// calls of DynamoDB that come of it.
func TestLedgerPermissionsSuffice(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	incident := ledger.Incident{ID: "inc-1", State: ledger.Open, Times: ledger.Times{Received: now}}
	change := func(*ledger.Incident) error { return nil }
	uses := map[function]func(context.Context, ledger.Store) error{
		detect: func(ctx context.Context, s ledger.Store) error {
			_, getErr := s.Get(ctx, "inc-1")
			_, _, openErr := s.Open(ctx, incident)
			_, updateErr := s.Update(ctx, "inc-1", change)
			_, switchErr := s.Switch(ctx)
			_, touchesErr := s.Touches(ctx, "key", now, now)
			_, countErr := s.Count(ctx, "key", time.Hour)
			return errors.Join(getErr, openErr, updateErr, switchErr, touchesErr, countErr)
		},
		remediate: func(ctx context.Context, s ledger.Store) error {
			_, getErr := s.Get(ctx, "inc-1")
			_, updateErr := s.Update(ctx, "inc-1", change)
			_, switchErr := s.Switch(ctx)
			return errors.Join(getErr, updateErr, switchErr, s.Touch(ctx, "key", "inc-1", now))
		},
		notify: func(ctx context.Context, s ledger.Store) error {
			_, beginErr := s.Begin(ctx, "key", time.Minute)
			return errors.Join(beginErr, s.Release(ctx, "key"), s.Finish(ctx, "key", time.Hour))
		},
	}
	for f, use := range uses {
		calls, err := recorded(t, use)
		if len(calls) == 0 {
			t.Fatalf("%s made no call: %v", f, err)
		}
		var allowed []string
		for _, s := range rolePolicy(t, plainTemplate(t), f) {
			if s.sid == "Ledger" {
				allowed = s.actions
			}
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(calls)), slices.Sorted(slices.Values(allowed))); diff != "" {
			t.Errorf("%s (-calls +permissions):\n%s", f, diff)
		}
	}
}

// recorded returns which calls of DynamoDB come of a use of the store, as actions of IAM. The condition of the first write
// of each kind does not hold, so that what a store does then is seen too.
func recorded(t *testing.T, use func(context.Context, ledger.Store) error) (map[string]bool, error) {
	t.Helper()
	var mu sync.Mutex
	calls := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		mu.Lock()
		refuse := !calls["dynamodb:"+call] && call != "GetItem" && call != "Query"
		calls["dynamodb:"+call] = true
		mu.Unlock()
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if refuse {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`)
			return
		}
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	store := dynamo.New(dynamodb.NewFromConfig(aws.Config{
		Region: region, BaseEndpoint: aws.String(server.URL), HTTPClient: loopback.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
	}), "table", func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a store may try for as long as it can
	defer cancel()
	err := use(ctx, store)
	mu.Lock()
	defer mu.Unlock()
	return maps.Clone(calls), err
}

package process_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/internal/testkit/runtimeapi"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
)

// A tripwire stands between a function and AWS and kills the function at one of its calls.
type tripwire struct {
	mu    sync.Mutex
	kill  func()
	left  int  // calls until then
	after bool // the call still takes effect, and the answer is lost
}

// newTripwire puts a tripwire in front of the account's endpoint, for the functions that are started from now on.
func newTripwire(a *account) *tripwire {
	a.t.Helper()
	target, err := url.Parse(a.server.URL)
	if err != nil {
		a.t.Fatal(err)
	}
	w, proxy := &tripwire{}, httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		kill, after := w.next()
		if kill == nil {
			proxy.ServeHTTP(out, r)
			return
		}
		if after {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
		}
		kill()
	}))
	a.t.Cleanup(server.Close)
	a.endpoint = server.URL
	return w
}

// next counts a call and returns how to kill who makes it, where it is the one.
func (w *tripwire) next() (kill func(), after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left--; w.left != 0 {
		return nil, false
	}
	return w.kill, w.after
}

// set kills a function at its nth call from now on.
func (w *tripwire) set(f *runtimeapi.Function, n int, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kill, w.left, w.after = f.Kill, n, after
}

// TestKilledAnywhere kills the remediator at its first call, the next one at its second, and so on until one gets through,
// before and after the call takes effect in turns, and lets the queue deliver the job again each time.
func TestKilledAnywhere(t *testing.T) {
	a := newAccount(t)
	key := a.createAccessKey("carol")
	detect, notify := a.start("detect"), a.start("notify")
	a.invoke(detect, a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de112", "carol", key))
	jobs := a.receive(a.queueURL)
	if len(jobs) != 1 {
		t.Fatalf("%d jobs in the queue, want 1", len(jobs))
	}
	wire := newTripwire(a)
	deaths := 0
	for n := 1; ; n++ {
		f := a.start("remediate")
		wire.set(f, n, n%2 == 0)
		if !f.Invoke(a.batch(jobs)).Failed {
			f.Kill()
			break
		}
		deaths++
		a.endClaims()
	}
	t.Logf("%d deaths", deaths)
	if deaths < 8 {
		t.Errorf("it got through after %d deaths: the test does not reach the steps any more", deaths)
	}
	a.pump(nil, notify)
	if got := a.keyStatus("carol", key); got != iamtypes.StatusTypeInactive {
		t.Errorf("key is %s, want Inactive", got)
	}
	if in := a.incident(); in.State != ledger.Remediated || len(in.Changes) != 1 {
		t.Errorf("incident is %s with %d changes, want remediated with 1", in.State, len(in.Changes))
	}
	if chats := a.slack.take(); len(chats) != 2 {
		t.Errorf("%d Slack messages, want opened and remediated once each", len(chats))
	}
}

// TestKilledWithClaim holds that the claim on a resource which a killed process leaves behind ends soon after the process
// would have: the next delivery waits for that and does the work.
func TestKilledWithClaim(t *testing.T) {
	a := newAccount(t)
	key := a.createAccessKey("carol")
	detect := a.start("detect")
	a.invoke(detect, a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de113", "carol", key))
	jobs := a.receive(a.queueURL)
	wire := newTripwire(a)
	f := a.start("remediate")
	f.Timeout = 8 * time.Second
	wire.set(f, 3, true)
	if !f.Invoke(a.batch(jobs)).Failed || len(a.claims()) != 1 {
		t.Fatalf("%d claims stand: the process was not killed at work", len(a.claims()))
	}
	a.invoke(a.start("remediate"), a.batch(jobs))
	if got := a.keyStatus("carol", key); got != iamtypes.StatusTypeInactive {
		t.Errorf("key is %s, want Inactive", got)
	}
	if left := a.claims(); len(left) != 0 {
		t.Errorf("claims are left: %v", left)
	}
}

// claims returns the items of the ledger that hold a claim.
func (a *account) claims() []map[string]types.AttributeValue {
	a.t.Helper()
	out, err := dynamodb.NewFromConfig(a.cfg).Scan(a.t.Context(), &dynamodb.ScanInput{
		TableName: &a.table, FilterExpression: aws.String("attribute_exists(claim) AND attribute_not_exists(done)"),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return out.Items
}

// endClaims lets the time pass for which the processes that died have claimed something.
func (a *account) endClaims() {
	a.t.Helper()
	for _, it := range a.claims() {
		_, err := dynamodb.NewFromConfig(a.cfg).DeleteItem(a.t.Context(), &dynamodb.DeleteItemInput{
			TableName: &a.table, Key: map[string]types.AttributeValue{schema.PartitionKey: it[schema.PartitionKey], schema.SortKey: it[schema.SortKey]},
		})
		if err != nil {
			a.t.Fatal(err)
		}
	}
}

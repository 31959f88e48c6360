package simulation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
)

// A papers is a resource with a policy that people replace as a whole.
type papers struct {
	name     string
	prepare  func(w *world)
	harmless func(n int) string // the nth statement that nobody minds
	risky    func(n int) string
	put      func(w *world, document string) (service, call string, request any) // "" takes the policy away
	written  func(c simaws.Call) (document string, ok bool)                      // what a call of Riposte's put there
	never    bool                                                                // there always is a policy
	merges   bool                                                                // it is changed by statements
}

func text(document *string) string { return aws.ToString(document) }

func allPapers() []papers {
	statement := func(format string, args ...any) string { return fmt.Sprintf(format, args...) }
	return []papers{
		{
			name: "trust policy", never: true,
			prepare: func(w *world) { w.account.AddRole("/", "app") },
			harmless: func(n int) string {
				return statement(`{"Sid":"H%d","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:role/ci-%d"},"Action":"sts:AssumeRole"}`, n, account, n)
			},
			risky: func(n int) string {
				return statement(`{"Sid":"R%d","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::99998888777%d:root"},"Action":"sts:AssumeRole"}`, n, n%10)
			},
			put: func(w *world, document string) (service, call string, request any) {
				_, err := w.iam().UpdateAssumeRolePolicy(w.t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("app"), PolicyDocument: &document})
				w.must(err)
				return "iam", "UpdateAssumeRolePolicy", map[string]any{"roleName": "app", "policyDocument": document}
			},
			written: func(c simaws.Call) (string, bool) {
				in, ok := c.Input.(*iam.UpdateAssumeRolePolicyInput)
				if !ok {
					return "", false
				}
				return text(in.PolicyDocument), true
			},
		},
		{
			name:    "inline policy",
			prepare: func(w *world) { w.account.AddUser("bob") },
			harmless: func(n int) string {
				return statement(`{"Sid":"H%d","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app-%d/*"}`, n, n)
			},
			risky: func(n int) string {
				return statement(`{"Sid":"R%d","Effect":"Allow","Action":"*","Resource":"*"}`, n)
			},
			put: func(w *world, document string) (service, call string, request any) {
				user, name := aws.String("bob"), aws.String("helper")
				if document == "" {
					_, err := w.iam().DeleteUserPolicy(w.t.Context(), &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name})
					w.must(err)
					return "iam", "DeleteUserPolicy", map[string]any{"userName": "bob", "policyName": "helper"}
				}
				_, err := w.iam().PutUserPolicy(w.t.Context(), &iam.PutUserPolicyInput{UserName: user, PolicyName: name, PolicyDocument: &document})
				w.must(err)
				return "iam", "PutUserPolicy", map[string]any{"userName": "bob", "policyName": "helper", "policyDocument": document}
			},
			written: func(c simaws.Call) (string, bool) {
				switch in := c.Input.(type) {
				case *iam.PutUserPolicyInput:
					return text(in.PolicyDocument), true
				case *iam.DeleteUserPolicyInput:
					return "", true
				}
				return "", false
			},
		},
		{
			name: "bucket policy", merges: true,
			prepare: func(w *world) {
				_, err := s3.NewFromConfig(w.account.Config(region)).CreateBucket(w.t.Context(), &s3.CreateBucketInput{Bucket: aws.String("reports")})
				w.must(err)
			},
			harmless: func(n int) string {
				return statement(`{"Sid":"H%d","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:role/app-%d"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}`, n, account, n)
			},
			risky: func(n int) string {
				return statement(`{"Sid":"R%d","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/%d/*"}`, n, n)
			},
			put: func(w *world, document string) (service, call string, request any) {
				api := s3.NewFromConfig(w.account.Config(region))
				if document == "" {
					_, err := api.DeleteBucketPolicy(w.t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String("reports")})
					w.must(err)
					return "s3", "DeleteBucketPolicy", map[string]any{"bucketName": "reports", "policy": ""}
				}
				_, err := api.PutBucketPolicy(w.t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("reports"), Policy: &document})
				w.must(err)
				return "s3", "PutBucketPolicy", map[string]any{"bucketName": "reports", "bucketPolicy": json.RawMessage(document), "policy": ""}
			},
			written: func(c simaws.Call) (string, bool) {
				switch in := c.Input.(type) {
				case *s3.PutBucketPolicyInput:
					return text(in.Policy), true
				case *s3.DeleteBucketPolicyInput:
					return "", true
				}
				return "", false
			},
		},
	}
}

// A moment is what the policy was from some time on.
type moment struct {
	at       time.Time
	document string
	event    string // of the change that people made; empty where Riposte did
}

// A contest is one run: two people change one policy while Riposte, in several processes, sees it late, doubled and out of order.
type contest struct {
	*world
	papers
	past   []moment
	writes map[string]int // effective changes by incident
}

func parts(document string) []string {
	if document == "" {
		return nil
	}
	list, err := detect.PolicyStatements([]byte(document))
	if err != nil {
		panic(err)
	}
	out := make([]string, 0, len(list))
	for _, raw := range list {
		var s struct{ Sid string }
		if err := json.Unmarshal(raw, &s); err != nil {
			panic(err)
		}
		out = append(out, s.Sid)
	}
	slices.Sort(out)
	return out
}

func isRisky(sid string) bool { return strings.HasPrefix(sid, "R") }

func anyRisky(document string) bool { return slices.ContainsFunc(parts(document), isRisky) }

func (c *contest) live() string { return c.past[len(c.past)-1].document }

// draw makes a document of one to three statements, with a risky one among them or not.
func (c *contest) draw(risky bool) string {
	var list []string
	for _, n := range c.random.Perm(3)[:1+c.random.IntN(2)] {
		list = append(list, c.harmless(n))
	}
	switch n := c.random.IntN(4); {
	case risky && n == 0:
		list = nil
		fallthrough
	case risky:
		list = append(list, c.risky(c.random.IntN(3)))
	case n == 0 && !c.never && c.live() != "":
		return ""
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

// change lets somebody change the policy. Nothing disturbs people.
func (c *contest) change(who, document string) {
	fragile := c.fragile
	c.fragile = false
	defer func() { c.fragile = fragile }()
	c.account.Throttle(0)
	id := fmt.Sprintf("%s-%d", who, len(c.past))
	service, call, request := c.put(c.world, document)
	at := c.now.Truncate(time.Second)
	c.past = append(c.past, moment{at, document, id})
	raw := c.call(id, service, call, at, request, nil)
	c.happen([]byte(strings.ReplaceAll(string(raw), "mallory", who)))
	c.log = append(c.log, fmt.Sprintf("%s %s puts %v (%s)", c.now.Format(time.TimeOnly), who, parts(document), id))
}

// saw holds every change that Riposte makes to its rules.
func (c *contest) saw(by *process, call simaws.Call) {
	after, ok := c.written(call)
	if !ok {
		return
	}
	before := c.live()
	if sameStatements(before, after) {
		return // the answer was lost, and the SDK has made the call once more
	}
	c.past = append(c.past, moment{c.now, after, ""})
	c.log = append(c.log, fmt.Sprintf("%s %s makes %v of %v", c.now.Format(time.TimeOnly), by.what, parts(after), parts(before)))
	id, isJob := strings.CutPrefix(by.what, "job ")
	if !isJob {
		return // a person undoes
	}
	c.writes[id]++
	if !anyRisky(before) {
		c.t.Errorf("%s replaces %v, which was harmless, by %v", by.what, parts(before), parts(after))
	}
	if anyRisky(after) && !c.keptByPeople(after) {
		c.t.Errorf("%s puts %v", by.what, parts(after))
	}
	in, err := c.store.Get(c.t.Context(), id)
	c.must(err)
	c.judge(in, before, after)
}

// judge holds that a reversal goes back to what was there before the event, where that is known to have been good, or takes
// only the risky part out.
func (c *contest) judge(in ledger.Incident, before, after string) {
	event := in.Finding.Event
	narrow := !slices.ContainsFunc(parts(after), func(sid string) bool { return !slices.Contains(parts(before), sid) }) &&
		!slices.ContainsFunc(parts(before), func(sid string) bool { return !isRisky(sid) && !slices.Contains(parts(after), sid) })
	wasGood := slices.ContainsFunc(c.past, func(m moment) bool {
		return m.at.Before(event.Time) && sameStatements(m.document, after) && !anyRisky(m.document)
	}) || c.keptByPeople(after)
	if c.merges { // a statement that the event took out comes back into what others have put there since
		wasGood = wasGood || !slices.ContainsFunc(parts(after), func(sid string) bool {
			return !slices.Contains(parts(before), sid) && !slices.ContainsFunc(c.past, func(m moment) bool {
				return m.at.Before(event.Time) && slices.Contains(parts(m.document), sid)
			})
		})
	}
	if !narrow && !wasGood {
		c.t.Errorf("%s of %s makes %v of %v, which never was good before", in.ID, event.ID, parts(after), parts(before))
	}
}

// keptByPeople reports whether somebody has let stand what an event put.
func (c *contest) keptByPeople(document string) bool {
	list, err := c.store.List(c.t.Context(), ledger.Query{Limit: 100})
	c.must(err)
	return slices.ContainsFunc(list, func(in ledger.Incident) bool {
		return (in.State == ledger.Dismissed || in.State == ledger.Undone) && slices.ContainsFunc(c.past, func(m moment) bool {
			return m.event == in.Finding.Event.ID && sameStatements(m.document, document)
		})
	})
}

func sameStatements(a, b string) bool { return slices.Equal(parts(a), parts(b)) }

// people lets a person decide about an incident.
func (c *contest) people() {
	list, err := c.store.List(c.t.Context(), ledger.Query{Limit: 100})
	c.must(err)
	if len(list) == 0 {
		return
	}
	in := list[c.random.IntN(len(list))]
	ann := engine.Person{Name: "ann"}
	ask := func(verb string, do func(*engine.Remediator) error) {
		c.crew.start(verb+" "+in.ID, func() error { _ = do(c.remediator()); return nil }, func() {})
	}
	switch in.State { //nolint:exhaustive // about the others nobody decides here
	case ledger.Remediated:
		if c.random.IntN(2) == 0 {
			ask("keep", func(r *engine.Remediator) error { _, err := r.Keep(c.t.Context(), in.ID, ann); return err })
			return
		}
		ask("undo", func(r *engine.Remediator) error { _, err := r.Undo(c.t.Context(), in.ID, ann); return err })
	case ledger.Open, ledger.Failed:
		ask("dismiss", func(r *engine.Remediator) error { _, err := r.Dismiss(c.t.Context(), in.ID, ann); return err })
	}
}

// TestAdversary lets mallory and ann change one policy while several processes of Riposte see what they did late, doubled, out
// of order, die and fail. Whatever the order: no harmless change is reversed, nothing comes back that never was good, each
// change of Riposte's stands in the journal, no incident acts twice, every one ends settled, and where something risky
// stands in the end, people know of it.
func TestAdversary(t *testing.T) {
	for _, p := range allPapers() {
		for seed := range uint64(max(*seeds/4, 10)) {
			if *onlySeed != 0 && seed != *onlySeed {
				continue
			}
			t.Run(fmt.Sprintf("%s, seed %d", p.name, seed), func(t *testing.T) {
				c := newContest(t, p, seed)
				c.play()
				c.calmDown()
				c.check()
				if t.Failed() {
					t.Logf("replay with -run 'TestAdversary/%s' -seed %d\n%s", p.name, seed, c.trace())
				}
			})
		}
	}
}

func newContest(t *testing.T, p papers, seed uint64) *contest {
	w := emptyWorld(t, rand.New(rand.NewPCG(seed, 5)))
	c := &contest{world: w, papers: p, writes: map[string]int{}}
	p.prepare(w)
	c.past = []moment{{w.now.Add(-time.Hour), "", ""}}
	c.change("ann", c.draw(false))
	newCrew(w).saw = c.saw
	return c
}

func (c *contest) play() {
	decides := c.random.IntN(3) == 0
	changes := 2 + c.random.IntN(6)
	for range 1500 {
		c.fragile = true
		switch n := c.random.IntN(40); {
		case n == 0 && changes > 0 && !c.crew.writing():
			changes--
			who, risky := "ann", false
			if c.random.IntN(2) == 0 {
				who, risky = "mallory", c.random.IntN(4) > 0
			}
			c.change(who, c.draw(risky))
		case n == 1:
			c.now = c.now.Add(time.Duration(c.random.IntN(20)) * time.Second)
		case n == 2:
			c.account.Throttle(c.random.IntN(4))
		case n == 3 && decides:
			c.people()
		case n < 8 && len(c.crew.active) < 4:
			c.crew.deliver()
		default:
			c.crew.step()
		}
	}
}

// calmDown lets everything come to its end while nothing goes wrong.
func (c *contest) calmDown() {
	c.fragile = false
	c.account.Throttle(0)
	for n := 0; len(c.events)+len(c.jobs)+len(c.bus)+len(c.crew.active) > 0; n++ {
		if n > 100_000 {
			c.t.Fatalf("%d events, %d jobs, %d messages and %d processes are never done\n%s", len(c.events), len(c.jobs), len(c.bus), len(c.crew.active), c.trace())
		}
		if len(c.crew.active) < 3 {
			c.crew.deliver()
		}
		c.crew.step()
	}
	for range 3 { // the settling of silence finishes what people who died began
		c.now = c.now.Add(20 * time.Minute)
		c.crew.start("settle", func() error {
			_, err := c.remediator().Settle(c.t.Context(), engine.Silence{})
			return err
		}, func() {})
		for len(c.crew.active)+len(c.bus) > 0 {
			c.crew.deliver()
			c.crew.step()
		}
	}
}

func (c *contest) check() {
	t := c.t
	kept := false
	var last string // the event that put what is there
	for _, m := range slices.Backward(c.past) {
		if m.event != "" {
			last = m.event
			break
		}
	}
	told := false
	for _, in := range c.list() {
		kept = kept || in.State == ledger.Undone || in.State == ledger.Dismissed
		if !in.Over() || in.Joining || len(in.Outbox) > 0 || in.State == ledger.Undoing {
			t.Errorf("%s of %s is %s, joining %v, owes %v", in.ID, in.Finding.Event.ID, in.State, in.Joining, in.Outbox)
		}
		again := 0
		for _, change := range in.Changes {
			again += change.Again
		}
		if len(in.Changes) > 1 || c.writes[in.ID] > 1+again {
			t.Errorf("%s of %s has %d changes and made %d", in.ID, in.Finding.Event.ID, len(in.Changes), c.writes[in.ID])
		}
		if c.writes[in.ID] > 0 && len(in.Changes) == 0 {
			t.Errorf("%s of %s made %d changes, and the journal has none", in.ID, in.Finding.Event.ID, c.writes[in.ID])
		}
		if in.Finding.Event.ID == last && in.State != ledger.Remediated && in.State != ledger.Resolved && in.State != ledger.Kept {
			told = true
		}
	}
	if anyRisky(c.live()) && !told && !kept {
		t.Errorf("%v stands and nobody knows", parts(c.live()))
	}
}

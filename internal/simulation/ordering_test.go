package simulation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/simaws"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A pair is two changes that somebody makes to one resource, the second before anybody has seen the first.
type pair struct {
	name string
	// happens makes the changes and returns their records, and how the account has to end.
	happens func(w *world) (records [][]byte, ends func(t *testing.T))
	// past is a change before them that was harmless and is known by then.
	past func(w *world) []byte
}

// call returns the record of a call, by mallory.
func (w *world) call(id, source, name string, at time.Time, request, response any) []byte {
	w.t.Helper()
	raw, err := json.Marshal(map[string]any{
		"id": "e-" + id, "source": "aws." + source, "detail-type": "AWS API Call via CloudTrail", "account": account, "region": region,
		"detail": map[string]any{
			"eventVersion": "1.11", "eventID": id, "eventSource": source + ".amazonaws.com", "eventName": name,
			"eventTime": at.UTC().Format(time.RFC3339), "awsRegion": region, "recipientAccountId": account, "readOnly": false,
			"userIdentity":      map[string]any{"type": "IAMUser", "userName": "mallory", "arn": "arn:aws:iam::" + account + ":user/mallory", "accountId": account},
			"requestParameters": request, "responseElements": response,
		},
	})
	w.must(err)
	return raw
}

func pairs() []pair {
	const stranger = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"sts:AssumeRole"}]}`
	trust := func(w *world, id, document string, at time.Time) []byte {
		_, err := w.iam().UpdateAssumeRolePolicy(w.t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("app"), PolicyDocument: aws.String(document)})
		w.must(err)
		return w.call(id, "iam", "UpdateAssumeRolePolicy", at, map[string]any{"roleName": "app", "policyDocument": document}, nil)
	}
	open := func(w *world, id, rule string, port int32, at time.Time) []byte {
		w.account.AddSecurityGroupRule(region, group, detect.SecurityGroupRule{ID: rule, Protocol: "tcp", FromPort: port, ToPort: port, CIDRIPv4: "0.0.0.0/0"})
		return w.call(id, "ec2", "AuthorizeSecurityGroupIngress", at, map[string]any{
			"groupId": group, "ipPermissions": map[string]any{"items": []any{map[string]any{
				"ipProtocol": "tcp", "fromPort": port, "toPort": port, "ipRanges": map[string]any{"items": []any{map[string]any{"cidrIp": "0.0.0.0/0"}}},
			}}},
		}, map[string]any{"securityGroupRuleSet": map[string]any{"items": []any{map[string]any{
			"groupId": group, "securityGroupRuleId": rule, "isEgress": false, "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": "0.0.0.0/0",
		}}}})
	}
	inline := func(w *world, id, document string, at time.Time) []byte {
		w.account.PutInlinePolicy(detect.User, "bob", "helper", document)
		return w.call(id, "iam", "PutUserPolicy", at, map[string]any{"userName": "bob", "policyName": "helper", "policyDocument": document}, nil)
	}
	return []pair{
		{
			name: "one aspect that is replaced twice",
			past: func(w *world) []byte {
				w.account.AddRole("/", "app")
				return trust(w, "past", ownTrust, w.now.Add(-time.Hour))
			},
			happens: func(w *world) ([][]byte, func(*testing.T)) {
				at := w.now
				records := [][]byte{trust(w, "first", openTrust, at), trust(w, "second", stranger, at.Add(time.Second))}
				return records, func(t *testing.T) {
					out, err := w.iam().GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("app")})
					w.must(err)
					if live := cloudtrail.DecodeDocument(*out.Role.AssumeRolePolicyDocument); detect.DocumentHash(live) != detect.DocumentHash([]byte(ownTrust)) {
						t.Errorf("the trust policy is %s", live)
					}
				}
			},
		},
		{
			name: "two parts of one resource",
			past: func(w *world) []byte {
				return open(w, "past", "sgr-0aaaaaaaaaaaaaaaa", 443, w.now.Add(-time.Hour))
			},
			happens: func(w *world) ([][]byte, func(*testing.T)) {
				at := w.now
				records := [][]byte{open(w, "first", "sgr-01b2c3d4e5f600001", 22, at), open(w, "second", "sgr-01b2c3d4e5f600002", 3389, at.Add(time.Second))}
				return records, func(t *testing.T) {
					if w.open("sgr-01b2c3d4e5f600001") || w.open("sgr-01b2c3d4e5f600002") || !w.open("sgr-0aaaaaaaaaaaaaaaa") {
						t.Error("the group does not have the one rule that it had before")
					}
				}
			},
		},
		{
			name: "a policy that is put twice, the second time without risk",
			past: func(w *world) []byte { return inline(w, "past", allowOne, w.now.Add(-time.Hour)) },
			happens: func(w *world) ([][]byte, func(*testing.T)) {
				const harmless = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}]}`
				at := w.now
				records := [][]byte{inline(w, "first", allowAll, at), inline(w, "second", harmless, at.Add(time.Second))}
				return records, func(t *testing.T) {
					out, err := w.iam().GetUserPolicy(t.Context(), &iam.GetUserPolicyInput{UserName: aws.String("bob"), PolicyName: aws.String("helper")})
					w.must(err)
					if live := cloudtrail.DecodeDocument(*out.PolicyDocument); detect.DocumentHash(live) != detect.DocumentHash([]byte(harmless)) {
						t.Errorf("the policy is %s: what came after the risky change is not the event's to reverse", live)
					}
				}
			},
		},
	}
}

// TestTwoChangesOfOneResource delivers two changes of one resource in either order, each several times, while processes die and
// calls fail. What is done about them is decided by the live state, never by what the event that comes late says of it: the
// account ends as it was before both, whichever is worked on first, and what nobody changed stands.
func TestTwoChangesOfOneResource(t *testing.T) {
	for _, p := range pairs() {
		for seed := range uint64(max(*seeds/4, 10)) {
			t.Run(fmt.Sprintf("%s, seed %d", p.name, seed), func(t *testing.T) {
				w := emptyWorld(t, rand.New(rand.NewPCG(seed, 3)))
				if _, err := w.detector().Handle(t.Context(), p.past(w)); err != nil {
					t.Fatal(err)
				}
				w.now = w.now.Add(time.Minute)
				records, ends := p.happens(w)
				w.random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
				w.happen(records...)
				w.account.ForgetCalls()
				for range 150 {
					w.chaos()
				}
				w.calm()
				ends(t)
				for _, in := range w.list() {
					if in.Action != "" && in.State != ledger.Remediated && in.State != ledger.Resolved || len(in.Outbox) > 0 {
						t.Errorf("%s of %s on %s is %s: %s", in.Rule, in.Finding.Event.ID, in.Resource, in.State, in.Error)
					}
				}
				if t.Failed() {
					t.Logf("replay with seed %d\n%s\n%s", seed, w.trace(), written(w.account.Writes()))
				}
			})
		}
	}
}

// written lists calls for people.
func written(calls []simaws.Call) string {
	out := ""
	for _, c := range calls {
		out += fmt.Sprintf("%s %+v: %v\n", c.Operation, c.Input, c.Err)
	}
	return out
}

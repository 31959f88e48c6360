package logging

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// on returns a finding on a trail, named by its ARN.
func on(event string, params map[string]string) detect.Finding {
	f := finding(trail)
	f.Event.Name, f.Params = event, params
	return f
}

func known(state string) remedy.Known {
	return func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
		return json.RawMessage(state), state != "", nil
	}
}

type maker func(access.Accounts) remedy.Remedy

func (m maker) in(sim *simaws.Account) remedy.Remedy {
	return m(access.HomeAccount(sim.Config("us-east-1"), access.Known(account)))
}

// A planCase is what a plan has to come to, without a write: nothing left to do, or a refusal.
type planCase struct {
	finding          detect.Finding
	good             string
	nothing, refused string
}

func checkPlans(t *testing.T, make maker, sim *simaws.Account, cases map[string]planCase) {
	t.Helper()
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			sim.ForgetCalls()
			c, nothing, err := make.in(sim).Plan(t.Context(), tt.finding, known(tt.good))
			reason := ""
			if refusal, ok := errors.AsType[*remedy.Refusal](err); ok {
				reason = refusal.Reason
			} else if err != nil {
				t.Fatal(err)
			}
			if c != nil || !strings.Contains(nothing, tt.nothing) || !strings.Contains(reason, tt.refused) ||
				(nothing == "") != (tt.nothing == "") || (reason == "") != (tt.refused == "") {
				t.Errorf("planned %v, nothing %q, refused %q; want %q, %q", c, nothing, reason, tt.nothing, tt.refused)
			}
			if len(sim.Writes()) > 0 {
				t.Error("planning wrote")
			}
		})
	}
}

// plan plans a change that has to be there.
func plan(t *testing.T, r remedy.Remedy, f detect.Finding, good string) remedy.Change {
	t.Helper()
	c, nothing, err := r.Plan(t.Context(), f, known(good))
	if err != nil || c == nil {
		t.Fatalf("plan: %v, %q, %v; want a change", c, nothing, err)
	}
	return *c
}

func settingsOn(set string) detect.Finding {
	return on("UpdateTrail", map[string]string{detect.ParamSettings: set})
}

func update(t *testing.T, sim *simaws.Account, in cloudtrail.UpdateTrailInput) {
	t.Helper()
	in.Name = aws.String("main")
	if _, err := cloudtrail.NewFromConfig(sim.Config("eu-west-1")).UpdateTrail(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreTrailPlans(t *testing.T) {
	sim := newAccount(true)
	update(t, sim, cloudtrail.UpdateTrailInput{
		IsMultiRegionTrail: aws.Bool(false), S3BucketName: aws.String("elsewhere"),
		KmsKeyId: aws.String("arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-0123456789ab"),
	})
	other := settingsOn(`{"IsMultiRegionTrail":"false"}`)
	other.Event.Name = "CreateTrail"
	checkPlans(t, RestoreTrail, sim, map[string]planCase{
		"another call":                           {other, "", "", "changes no settings"},
		"no settings":                            {on("UpdateTrail", nil), "", "", "does not say which settings"},
		"an empty list":                          {settingsOn(`{}`), "", "", "does not say which settings"},
		"no JSON":                                {settingsOn(`{`), "", "", "does not say which settings"},
		"a setting that is not put back":         {settingsOn(`{"IsOrganizationTrail":"false"}`), "", "", "no setting of trail"},
		"a bucket, and nobody knows the former":  {settingsOn(`{"S3BucketName":"elsewhere"}`), "", "", "nobody knows what S3BucketName"},
		"a good state of another age":            {settingsOn(`{"S3BucketName":"elsewhere"}`), `[1]`, "", "nobody knows what S3BucketName"},
		"a good state without the bucket":        {settingsOn(`{"S3BucketName":"elsewhere"}`), `{"KmsKeyId":""}`, "", "nobody knows what S3BucketName"},
		"the bucket was always there":            {settingsOn(`{"S3BucketName":"elsewhere"}`), `{"S3BucketName":"elsewhere"}`, "S3BucketName is elsewhere", ""},
		"another bucket than the event's":        {settingsOn(`{"S3BucketName":"evil"}`), `{"S3BucketName":"main-logs"}`, "S3BucketName is elsewhere", ""},
		"another key than the event's":           {settingsOn(`{"KmsKeyId":"ffffffff-0000-4000-8000-0123456789ab"}`), `{"KmsKeyId":""}`, "key/0a1b2c3d", ""},
		"a key by an alias":                      {settingsOn(`{"KmsKeyId":"alias/evil"}`), `{"KmsKeyId":""}`, "", "by the alias"},
		"validation that was switched on since":  {settingsOn(`{"IncludeGlobalServiceEvents":"false"}`), "", "IncludeGlobalServiceEvents is true", ""},
		"a trail that was of one region already": {settingsOn(`{"IsMultiRegionTrail":"false"}`), `{"IsMultiRegionTrail":"false"}`, "IsMultiRegionTrail is false", ""},
	})
}

// TestRestoreTrailKeepsOthers holds that settings which the event did not set are not even named in the call.
func TestRestoreTrailKeepsOthers(t *testing.T) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-0123456789ab"
	for name, tt := range map[string]struct {
		set, good  string
		want, back cloudtrail.UpdateTrailInput
	}{
		"a switch": {
			`{"IsMultiRegionTrail":"false","S3BucketName":"elsewhere"}`, "",
			cloudtrail.UpdateTrailInput{IsMultiRegionTrail: aws.Bool(true)},
			cloudtrail.UpdateTrailInput{IsMultiRegionTrail: aws.Bool(false)},
		},
		"a bucket with its prefix": {
			`{"S3BucketName":"elsewhere","S3KeyPrefix":"x"}`, `{"S3BucketName":"main-logs","S3KeyPrefix":"","IsMultiRegionTrail":"true","KmsKeyId":"k"}`,
			cloudtrail.UpdateTrailInput{S3BucketName: aws.String("main-logs"), S3KeyPrefix: aws.String("")},
			cloudtrail.UpdateTrailInput{S3BucketName: aws.String("elsewhere"), S3KeyPrefix: aws.String("x")},
		},
		"a key by its id": {
			`{"KmsKeyId":"0a1b2c3d-0000-4000-8000-0123456789ab"}`, `{"KmsKeyId":""}`,
			cloudtrail.UpdateTrailInput{KmsKeyId: aws.String("")},
			cloudtrail.UpdateTrailInput{KmsKeyId: aws.String(key)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount(true)
			update(t, sim, cloudtrail.UpdateTrailInput{
				IsMultiRegionTrail: aws.Bool(false), S3BucketName: aws.String("elsewhere"), S3KeyPrefix: aws.String("x"), KmsKeyId: aws.String(key),
			})
			r := maker(RestoreTrail).in(sim)
			c := plan(t, r, settingsOn(tt.set), tt.good)
			update(t, sim, cloudtrail.UpdateTrailInput{EnableLogFileValidation: aws.Bool(true)}) // another call meanwhile
			for _, step := range []struct {
				do   func(context.Context, remedy.Change) error
				want cloudtrail.UpdateTrailInput
			}{{r.Apply, tt.want}, {r.Undo, tt.back}} {
				sim.ForgetCalls()
				if err := step.do(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				step.want.Name = aws.String(trail)
				writes := sim.Writes()
				if len(writes) != 1 {
					t.Fatalf("%d writes, want 1", len(writes))
				}
				if diff := cmp.Diff(&step.want, writes[0].Input, cmpopts.IgnoreUnexported(step.want)); diff != "" {
					t.Errorf("the call is not the change (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func selectors(t *testing.T, sim *simaws.Account, list ...types.EventSelector) {
	t.Helper()
	in := &cloudtrail.PutEventSelectorsInput{TrailName: aws.String("main"), EventSelectors: list}
	if _, err := cloudtrail.NewFromConfig(sim.Config("eu-west-1")).PutEventSelectors(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func selected(s detect.TrailSelectors) detect.Finding {
	return on("PutEventSelectors", map[string]string{detect.ParamDocumentHash: s.Hash()})
}

func TestRestoreSelectorsPlans(t *testing.T) {
	reads := types.EventSelector{ReadWriteType: types.ReadWriteTypeReadOnly}
	sim := newAccount(true)
	selectors(t, sim, reads, reads, reads, reads, reads)
	full := detect.TrailSelectors{}
	for range 5 {
		full.Basic = append(full.Basic, detect.BasicSelector{ReadWriteType: "ReadOnly", ManagementEvents: true})
	}
	other := selected(full)
	other.Event.Name = "PutInsightSelectors"
	checkPlans(t, RestoreTrailEventSelectors, sim, map[string]planCase{
		"another call":          {other, "", "", "does not say which event selectors"},
		"no hash":               {on("PutEventSelectors", nil), "", "", "does not say which event selectors"},
		"full":                  {selected(full), "", "", "as many as it can have"},
		"not the event's":       {selected(detect.TrailSelectors{}), "", "no longer those of the event", ""},
		"not the event's, good": {selected(detect.TrailSelectors{}), `{"basic":[{"read_write_type":"All","management_events":true}]}`, "no longer those of the event", ""},
	})

	all := newAccount(true)
	selectors(t, all, types.EventSelector{ReadWriteType: types.ReadWriteTypeAll})
	checkPlans(t, RestoreTrailEventSelectors, all, map[string]planCase{
		"everything": {selected(detect.TrailSelectors{Basic: []detect.BasicSelector{{ReadWriteType: "All", ManagementEvents: true}}}), "", "records all management events", ""},
	})
}

const goodTrail = `{"settings":{"IsMultiRegionTrail":"true","IncludeGlobalServiceEvents":"true","EnableLogFileValidation":"true",
	"S3BucketName":"main-logs","S3KeyPrefix":"","SnsTopicName":"","KmsKeyId":""},
	"selectors":{"basic":[{"read_write_type":"All","management_events":true}]},"log_group":"arn:aws:logs:eu-west-1:111122223333:log-group:trail:*"}`

func TestRecreateTrailPlans(t *testing.T) {
	gone := newAccount(true)
	drop(t, gone)
	checkPlans(t, RecreateTrail, gone, map[string]planCase{
		"another call":         {on("StopLogging", nil), goodTrail, "", "deletes no trail"},
		"nobody knows":         {on("DeleteTrail", nil), "", "", "nobody knows what trail main"},
		"it recorded nothing":  {on("DeleteTrail", nil), `{}`, "", "recorded nothing"},
		"of the organization":  {on("DeleteTrail", nil), strings.Replace(goodTrail, `{"settings"`, `{"organization":true,"settings"`, 1), "", "of the organization"},
		"of the wrong account": {finding("arn:aws:cloudtrail:eu-west-1:444455556666:trail/main"), goodTrail, "", "belongs to account"},
	})
	checkPlans(t, RecreateTrail, newAccount(true), map[string]planCase{
		"there is one": {on("DeleteTrail", nil), goodTrail, "that records", ""},
		"there is one and nobody knows what it was": {on("DeleteTrail", nil), "", "that records", ""},
	})
}

func drop(t *testing.T, sim *simaws.Account) {
	t.Helper()
	in := &cloudtrail.DeleteTrailInput{Name: aws.String("main")}
	if _, err := cloudtrail.NewFromConfig(sim.Config("eu-west-1")).DeleteTrail(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// TestRecreateTrailInPieces holds that a trail which a death left half made is finished by the next try.
func TestRecreateTrailInPieces(t *testing.T) {
	died := errors.New("died")
	for _, last := range []string{"CreateTrail", "PutEventSelectors", "StartLogging"} {
		for _, moment := range []simaws.Moment{simaws.Before, simaws.After} {
			sim := newAccount(true)
			drop(t, sim)
			r := maker(RecreateTrail).in(sim)
			c := plan(t, r, on("DeleteTrail", nil), goodTrail)
			sim.OnCall(func(call simaws.Call, m simaws.Moment) error {
				if call.Operation == last && m == moment {
					return died
				}
				return nil
			})
			if err := r.Apply(t.Context(), c); !errors.Is(err, died) {
				t.Fatalf("%s: %v, want a death", last, err)
			}
			sim.OnCall(nil)
			if err := r.Apply(t.Context(), c); err != nil {
				t.Errorf("after a death at %s: %v", last, err)
			}
			if _, err := r.Verify(t.Context(), c); err != nil {
				t.Errorf("after a death at %s: %v", last, err)
			}
		}
	}
}

// TestRecreateTrailBesideAnother holds that a stopped trail of the name that somebody else made is not taken for the one
// that was deleted.
func TestRecreateTrailBesideAnother(t *testing.T) {
	stopped := newAccount(false)
	checkPlans(t, RecreateTrail, stopped, map[string]planCase{
		"a stopped one, which undo would delete": {on("DeleteTrail", nil), goodTrail, "", "a person has to start it"},
	})

	gone := newAccount(true)
	drop(t, gone)
	c := plan(t, maker(RecreateTrail).in(gone), on("DeleteTrail", nil), goodTrail)
	err := maker(RecreateTrail).in(stopped).Apply(t.Context(), c) // it came after the plan, and validates nothing
	if refusal, ok := errors.AsType[*remedy.Refusal](err); !ok || !strings.Contains(refusal.Reason, "not the one that was deleted") {
		t.Errorf("%v, want a refusal", err)
	}
	if len(stopped.Writes()) > 0 {
		t.Error("the trail was changed")
	}
}

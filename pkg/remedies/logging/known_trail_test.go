package logging

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// remembered is what the ledger knows, by aspect and by the part of the resource.
func remembered(states map[string]string) remedy.Known {
	return func(_ context.Context, aspect string, t remedy.Target) (json.RawMessage, bool, error) {
		state, ok := states[strings.TrimSuffix(aspect+" "+t.Params[detect.ParamPart], " ")]
		return json.RawMessage(state), ok, nil
	}
}

// inParts is a trail as events left it, each setting by itself.
func inParts(change ...string) map[string]string {
	parts := map[string]string{}
	for name, value := range map[string]string{
		multiRegion: "true", globalServices: "true", validation: "true", bucket: "main-logs", keyPrefix: "", topic: "", key: "", organization: "false",
	} {
		parts["trail-setting "+name] = `"` + value + `"`
	}
	for i := 0; i < len(change); i += 2 {
		parts[change[i]] = change[i+1]
	}
	return parts
}

// TestRestoreTrailFromParts holds that each setting goes back to what an event is known to have set it to, and that what is
// known of one is not taken for another.
func TestRestoreTrailFromParts(t *testing.T) {
	for name, tt := range map[string]struct {
		set   string
		known map[string]string
		after string // "" where it refuses
	}{
		"a bucket":                 {`{"S3BucketName":"elsewhere"}`, inParts(), `{"S3BucketName":"main-logs"}`},
		"a switch that was off":    {`{"IsMultiRegionTrail":"false","S3BucketName":"elsewhere"}`, inParts("trail-setting IsMultiRegionTrail", `"false"`), `{"IsMultiRegionTrail":"false","S3BucketName":"main-logs"}`},
		"a part over what is read": {`{"S3BucketName":"elsewhere"}`, map[string]string{"trail": `{"S3BucketName":"older"}`, "trail-setting S3BucketName": `"main-logs"`}, `{"S3BucketName":"main-logs"}`},
		"a switch nobody knows of": {`{"IsMultiRegionTrail":"false","S3BucketName":"elsewhere"}`, map[string]string{"trail-setting S3BucketName": `"main-logs"`}, `{"IsMultiRegionTrail":"true","S3BucketName":"main-logs"}`},
		"another setting":          {`{"S3BucketName":"elsewhere"}`, map[string]string{"trail-setting KmsKeyId": `""`}, ""},
		"an unreadable part":       {`{"S3BucketName":"elsewhere"}`, map[string]string{"trail-setting S3BucketName": `[]`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount(true)
			update(t, sim, cloudtrail.UpdateTrailInput{IsMultiRegionTrail: aws.Bool(false), S3BucketName: aws.String("elsewhere")})
			c, _, err := maker(RestoreTrail).in(sim).Plan(t.Context(), settingsOn(tt.set), remembered(tt.known))
			switch {
			case tt.after == "" && (c != nil || !remedy.Final(err)):
				t.Errorf("planned %v, %v; want a refusal", c, err)
			case tt.after != "" && (err != nil || c == nil || string(c.After) != tt.after):
				t.Errorf("planned %+v, %v; want %s", c, err, tt.after)
			}
		})
	}
}

// TestRecreateTrailFromParts holds that a deleted trail is put together from what events told of it.
func TestRecreateTrailFromParts(t *testing.T) {
	selected := `{"basic":[{"read_write_type":"All","management_events":true,"excluded":[],"data":[{"type":"AWS::S3::Object","values":["arn:aws:s3:::x/"]}]}]}`
	for name, tt := range map[string]struct {
		known map[string]string
		want  string // of the plan's state; "" where it refuses
	}{
		"all of it":                {inParts("trail-event-selectors", selected), `"values":["arn:aws:s3:::x/"]`},
		"without selectors":        {inParts(), `"S3BucketName":"main-logs"`},
		"one setting is not known": {map[string]string{"trail-setting S3BucketName": `"main-logs"`}, ""},
		"of the organization":      {inParts("trail-setting IsOrganizationTrail", `"true"`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			gone := newAccount(true)
			drop(t, gone)
			r := maker(RecreateTrail).in(gone)
			c, _, err := r.Plan(t.Context(), on("DeleteTrail", nil), remembered(tt.known))
			if tt.want == "" {
				if c != nil || !remedy.Final(err) {
					t.Errorf("planned %v, %v; want a refusal", c, err)
				}
				return
			}
			if err != nil || c == nil || !strings.Contains(string(c.After), tt.want) {
				t.Fatalf("planned %+v, %v; want %s", c, err, tt.want)
			}
			if err := r.Apply(t.Context(), *c); err != nil {
				t.Fatal(err)
			}
			out, err := cloudtrail.NewFromConfig(gone.Config("eu-west-1")).GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("main")})
			if err != nil || !aws.ToBool(out.IsLogging) {
				t.Errorf("the trail is not recording: %v", err)
			}
		})
	}
}

// TestEmptyListsOfSelectors holds that lists which are there and empty are written as such, and say the same as none.
func TestEmptyListsOfSelectors(t *testing.T) {
	with := selectorsOf([]types.EventSelector{{ReadWriteType: "All", DataResources: []types.DataResource{}, ExcludeManagementEventSources: []string{}}}, nil)
	without := selectorsOf([]types.EventSelector{{ReadWriteType: "All"}}, nil)
	if !with.Equal(without) {
		t.Error("empty lists count")
	}
	raw, err := json.Marshal(with)
	if err != nil {
		t.Fatal(err)
	}
	var journalled detect.TrailSelectors
	if err := json.Unmarshal(raw, &journalled); err != nil {
		t.Fatal(err)
	}
	basic, _ := forAPI(journalled)
	if basic[0].DataResources == nil || basic[0].ExcludeManagementEventSources == nil {
		t.Errorf("the journal lost the empty lists: %s", raw)
	}
	if basic, _ = forAPI(without); basic[0].DataResources != nil || basic[0].ExcludeManagementEventSources != nil {
		t.Error("lists that were not there are written")
	}
}

// TestEventRuleStates holds which state a disabled rule gets, from what is known of it.
func TestEventRuleStates(t *testing.T) {
	const reading = `{"state":"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}`
	for name, tt := range map[string]struct {
		call, good string
		want       ebtypes.RuleState
		refused    bool
	}{
		"disabled, nobody knows":   {"DisableRule", "", ebtypes.RuleStateEnabled, false},
		"disabled, it took reads":  {"DisableRule", reading, withReads, false},
		"disabled, it was already": {"DisableRule", `{"state":"DISABLED"}`, ebtypes.RuleStateDisabled, false},
		"put, nobody knows":        {"PutRule", "", ebtypes.RuleStateDisabled, true},
		"put, it was enabled":      {"PutRule", `{"state":"ENABLED"}`, ebtypes.RuleStateEnabled, false},
		"put, it took reads":       {"PutRule", reading, withReads, false},
		"put, in another age":      {"PutRule", `{"state":"SLEEPING"}`, ebtypes.RuleStateDisabled, true},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount(true)
			api := eventbridge.NewFromConfig(sim.Config("us-east-1"))
			put := &eventbridge.PutRuleInput{Name: aws.String("watch"), EventPattern: aws.String(`{"source":["aws.s3"]}`), State: ebtypes.RuleStateDisabled}
			if _, err := api.PutRule(t.Context(), put); err != nil {
				t.Fatal(err)
			}
			r := maker(EnableEventRule).in(sim)
			c, _, err := r.Plan(t.Context(), about(detect.EventRule, "watch", tt.call, nil), known(tt.good))
			if remedy.Final(err) != tt.refused || err != nil && !tt.refused {
				t.Fatalf("planned %v, %v", c, err)
			}
			if c != nil {
				if err := r.Apply(t.Context(), *c); err != nil {
					t.Fatal(err)
				}
			}
			out, err := api.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("watch")})
			if err != nil || out.State != tt.want || aws.ToString(out.EventPattern) != *put.EventPattern {
				t.Errorf("the rule is %v with pattern %s, %v; want %v", out.State, aws.ToString(out.EventPattern), err, tt.want)
			}
		})
	}
}

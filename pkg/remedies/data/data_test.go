package data

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	account = "111122223333"
	region  = "eu-central-1"
)

func finding(kind detect.ResourceType, id, event string) detect.Finding {
	return detect.Finding{
		Rule: "DAT-1", Resource: detect.Resource{Type: kind, ID: id},
		Event: detect.EventRef{Name: event, Account: account, Region: region, Partition: "aws"},
	}
}

func newAccount() (*simaws.Account, access.Accounts) {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	return sim, access.HomeAccount(sim.Config("us-east-1"), access.Known(account))
}

// known says of every aspect what is given.
func known(t *testing.T, state any) remedy.Known {
	t.Helper()
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) { return raw, true, nil }
}

func newKey(t *testing.T, api *kms.Client) string {
	t.Helper()
	out, err := api.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out.KeyMetadata.KeyId
}

func stateOf(t *testing.T, api *kms.Client, key string) types.KeyState {
	t.Helper()
	out, err := api.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &key})
	if err != nil {
		t.Fatal(err)
	}
	return out.KeyMetadata.KeyState
}

// TestKeyIsEnabledOnlyWhereItWas holds that a kept key is enabled only where that is known to have been its state.
func TestKeyIsEnabledOnlyWhereItWas(t *testing.T) {
	for name, tt := range map[string]struct {
		known any
		want  types.KeyState
	}{
		"nobody knows":        {nil, types.KeyStateDisabled},
		"it was enabled":      {types.KeyStateEnabled, types.KeyStateEnabled},
		"it was disabled":     {types.KeyStateDisabled, types.KeyStateDisabled},
		"it had no material":  {types.KeyStatePendingImport, types.KeyStateDisabled},
		"unreadable memories": {[]int{1}, types.KeyStateDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			sim, accounts := newAccount()
			api := kms.NewFromConfig(sim.Config(region))
			key, neighbour := newKey(t, api), newKey(t, api)
			for _, id := range []string{key, neighbour} {
				if _, err := api.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &id}); err != nil {
					t.Fatal(err)
				}
			}
			var memory remedy.Known
			if tt.known != nil {
				memory = known(t, tt.known)
			}
			r := CancelKeyDeletion(accounts)
			c, _, err := r.Plan(t.Context(), finding(detect.Key, "arn:aws:kms:"+region+":"+account+":key/"+key, "ScheduleKeyDeletion"), memory)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Apply(t.Context(), *c); err != nil || stateOf(t, api, key) != tt.want {
				t.Errorf("apply: %v, state %s, want %s", err, stateOf(t, api, key), tt.want)
			}
			if got := stateOf(t, api, neighbour); got != types.KeyStatePendingDeletion {
				t.Errorf("another key is %s", got)
			}
		})
	}
}

// TestDeathBetweenTwoCalls holds that a key whose deletion was cancelled by an apply that died is enabled by the next one.
func TestDeathBetweenTwoCalls(t *testing.T) {
	sim, accounts := newAccount()
	api := kms.NewFromConfig(sim.Config(region))
	key := newKey(t, api)
	if _, err := api.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &key}); err != nil {
		t.Fatal(err)
	}
	r := CancelKeyDeletion(accounts)
	c, _, err := r.Plan(t.Context(), finding(detect.Key, key, "ScheduleKeyDeletion"), known(t, types.KeyStateEnabled))
	if err != nil {
		t.Fatal(err)
	}
	died := errors.New("died")
	sim.OnCall(func(call simaws.Call, m simaws.Moment) error {
		if call.Operation == "EnableKey" && m == simaws.Before {
			return died
		}
		return nil
	})
	if err := r.Apply(t.Context(), *c); !errors.Is(err, died) {
		t.Fatalf("apply: %v", err)
	}
	sim.OnCall(nil)
	if got := stateOf(t, api, key); got != types.KeyStateDisabled {
		t.Fatalf("the key is %s", got)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Errorf("apply again: %v", err)
	}
	if _, err := r.Verify(t.Context(), *c); err != nil {
		t.Error(err)
	}
}

// TestRotationPeriod holds that a key is rotated as often as before where that is known.
func TestRotationPeriod(t *testing.T) {
	sim, accounts := newAccount()
	api := kms.NewFromConfig(sim.Config(region))
	key := newKey(t, api)
	r := EnableKeyRotation(accounts)
	f := finding(detect.Key, key, "DisableKeyRotation")
	if _, _, err := r.Plan(t.Context(), f, known(t, rotation{})); !refused(err) {
		t.Errorf("a key that was never rotated: %v; want a refusal", err)
	}
	c, _, err := r.Plan(t.Context(), f, known(t, rotation{Days: 90}))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	out, err := api.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: &key})
	if err != nil || *out.RotationPeriodInDays != 90 {
		t.Errorf("rotated every %v days, %v", out.RotationPeriodInDays, err)
	}
}

func refused(err error) bool {
	var refusal *remedy.Refusal
	return errors.As(err, &refusal)
}

func TestRefuses(t *testing.T) {
	sim, accounts := newAccount()
	all := []remedy.Remedy{
		CancelKeyDeletion(accounts), EnableKey(accounts), EnableKeyRotation(accounts), EnableDeletionProtection(accounts),
		EnablePointInTimeRecovery(accounts),
	}
	for name, f := range map[string]detect.Finding{
		"an alias":                finding(detect.Key, "alias/orders", "DisableKey"),
		"no id":                   finding(detect.Key, "", "DisableKey"),
		"key of another account":  finding(detect.Key, "arn:aws:kms:"+region+":444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab", "DisableKey"),
		"key of another region":   finding(detect.Key, "arn:aws:kms:us-east-1:"+account+":key/1234abcd-12ab-34cd-56ef-1234567890ab", "DisableKey"),
		"ARN of an alias":         finding(detect.Key, "arn:aws:kms:"+region+":"+account+":alias/orders", "DisableKey"),
		"ARN of something else":   finding(detect.Key, "arn:aws:s3:::key/orders", "DisableKey"),
		"material of a key":       finding(detect.Key, "1234abcd-12ab-34cd-56ef-1234567890ab", "DeleteImportedKeyMaterial"),
		"a global cluster":        finding(detect.GlobalCluster, "orders", "ModifyGlobalCluster"),
		"an activity stream":      finding(detect.DBCluster, "orders", "StopActivityStream"),
		"a backup of a table":     finding(detect.RecoveryPoint, "orders", "DeleteBackup"),
		"a table without a name":  finding(detect.Table, "", "UpdateContinuousBackups"),
		"a table that was put up": finding(detect.Table, "orders", "CreateTable"),
	} {
		for _, r := range all {
			c, _, err := r.Plan(t.Context(), f, nil)
			if c != nil || !refused(err) || len(sim.Calls()) > 0 {
				t.Errorf("%s: %s: %v, %v after %d calls; want a refusal", name, r.Action().ID, c, err, len(sim.Calls()))
			}
		}
	}
}

// TestGone holds what happens where the key, the database or the table is no longer there.
func TestGone(t *testing.T) {
	_, accounts := newAccount()
	for _, tt := range []struct {
		r remedy.Remedy
		f detect.Finding
	}{
		{CancelKeyDeletion(accounts), finding(detect.Key, "1234abcd-12ab-34cd-56ef-1234567890ab", "ScheduleKeyDeletion")},
		{EnableKey(accounts), finding(detect.Key, "1234abcd-12ab-34cd-56ef-1234567890ab", "DisableKey")},
		{EnableKeyRotation(accounts), finding(detect.Key, "1234abcd-12ab-34cd-56ef-1234567890ab", "DisableKeyRotation")},
		{EnableDeletionProtection(accounts), finding(detect.DBInstance, "orders", "ModifyDBInstance")},
		{EnableDeletionProtection(accounts), finding(detect.DBCluster, "orders", "ModifyDBCluster")},
		{EnablePointInTimeRecovery(accounts), finding(detect.Table, "orders", "UpdateContinuousBackups")},
	} {
		c, nothing, err := tt.r.Plan(t.Context(), tt.f, nil)
		if c != nil || !strings.Contains(nothing, "no longer exists") || err != nil {
			t.Errorf("%s: %v, %q, %v; want nothing left to do", tt.r.Action().ID, c, nothing, err)
		}
	}
}

// TestOtherStates holds that a key which is not in the state that the event left is not touched.
func TestOtherStates(t *testing.T) {
	sim, accounts := newAccount()
	api := kms.NewFromConfig(sim.Config(region))
	enabled, doomed, off := newKey(t, api), newKey(t, api), newKey(t, api)
	_, err1 := api.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &doomed})
	_, err2 := api.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &off})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	sim.ForgetCalls()
	for _, tt := range []struct {
		r   remedy.Remedy
		key string
		by  string
	}{
		{CancelKeyDeletion(accounts), enabled, "ScheduleKeyDeletion"},
		{CancelKeyDeletion(accounts), off, "ScheduleKeyDeletion"},
		{EnableKey(accounts), enabled, "DisableKey"},
	} {
		c, nothing, err := tt.r.Plan(t.Context(), finding(detect.Key, tt.key, tt.by), known(t, types.KeyStateEnabled))
		if c != nil || nothing == "" || err != nil {
			t.Errorf("%s: %v, %q, %v; want nothing left to do", tt.r.Action().ID, c, nothing, err)
		}
	}
	// Enabling a key that is about to be deleted has to wait: that nothing is left to do would be wrong.
	if c, nothing, err := EnableKey(accounts).Plan(t.Context(), finding(detect.Key, doomed, "DisableKey"), nil); c != nil || nothing != "" || !remedy.Final(err) {
		t.Errorf("enable-key of one that is about to be deleted: %v, %q, %v; want a refusal", c, nothing, err)
	}
	if n := len(sim.Writes()); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestUnprotectedBefore holds that a database which is known to have been unprotected before the event stays so.
func TestUnprotectedBefore(t *testing.T) {
	sim, accounts := newAccount()
	if _, err := rds.NewFromConfig(sim.Config(region)).CreateDBInstance(t.Context(), &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: aws.String("orders"), DBInstanceClass: aws.String("db.t3.micro"), Engine: aws.String("postgres"),
	}); err != nil {
		t.Fatal(err)
	}
	r, f := EnableDeletionProtection(accounts), finding(detect.DBInstance, "orders", "ModifyDBInstance")
	if c, _, err := r.Plan(t.Context(), f, known(t, false)); c != nil || !refused(err) {
		t.Errorf("unprotected before: %v, %v; want a refusal", c, err)
	}
	if c, _, err := r.Plan(t.Context(), f, known(t, true)); c == nil || string(c.After) != "true" || err != nil {
		t.Errorf("protected before: %v, %v; want its protection", c, err)
	}
}

// TestRotationOfNoPeriod holds that an answer which does not say how often a key is rotated differs only from none.
func TestRotationOfNoPeriod(t *testing.T) {
	for _, tt := range []struct {
		a, b rotation
		want bool
	}{
		{rotation{unsaid}, rotation{180}, true},
		{rotation{unsaid}, rotation{unsaid}, true},
		{rotation{unsaid}, rotation{}, false},
		{rotation{180}, rotation{365}, false},
	} {
		if tt.a.equal(tt.b) != tt.want || tt.b.equal(tt.a) != tt.want {
			t.Errorf("%v and %v: equal is not %v", tt.a, tt.b, tt.want)
		}
	}
}

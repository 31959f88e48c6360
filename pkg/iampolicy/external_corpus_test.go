//go:build corpus

package iampolicy_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

const accessCorpus = "../../../shared/corpus/policies/trust-and-resource-policies.jsonl"

type accessRow struct {
	ID         string
	Kind       string          `json:"policy_kind"`
	Policy     json.RawMessage `json:"policy"`
	Expect     map[string]any
	How        string
	Confidence string
	Note       string
	Context    struct {
		Owner *string `json:"owner_account"`
	}
}

func accessRows(t *testing.T) []accessRow {
	t.Helper()
	f, err := os.Open(accessCorpus)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: nothing to measure against", accessCorpus)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	var rows []accessRow
	for lines.Scan() {
		var row accessRow
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// contested lists rows whose label contradicts what AWS documents.
var contested = map[string]string{
	"policyuniverse-4b0ea88111": "ForAllValues and IfExists hold where the key is absent",
	"policyuniverse-c400725c5f": "ForAllValues and IfExists hold where the key is absent",
}

// labels returns what a row says of each risk. A risk that it does not speak of is absent.
func (r *accessRow) labels() map[string]bool {
	out := map[string]bool{}
	for key, code := range map[string]string{
		"public": iampolicy.Public, "missing_external_id": iampolicy.MissingExternalID, "oidc_unscoped": iampolicy.OIDCUnscoped,
		"saml_missing_aud": iampolicy.SAMLUnscoped, "confused_deputy": iampolicy.ConfusedDeputy,
	} {
		if is, ok := r.Expect[key].(bool); ok {
			out[code] = is
		}
	}
	if anyone, ok := r.Expect["assumable_by_any"].([]any); ok {
		// One tool calls a role assumable under a condition whatever the condition says: no label for us.
		if conditional, _ := r.Expect["assumable_by_any_with_conditions"].([]any); len(conditional) == 0 {
			out[iampolicy.Public] = len(anyone) > 0
		}
	}
	if accounts, ok := r.Expect["external_accounts"].([]any); ok {
		out[iampolicy.ExternalAccount] = len(accounts) > 0
	}
	if accounts, ok := r.Expect["cross_account_principals"].([]any); ok {
		named := slices.ContainsFunc(accounts, func(a any) bool { return !strings.Contains(fmt.Sprint(a), "*") })
		// Some tests passed their own account in a way that the row has lost.
		if named || r.Context.Owner != nil || len(accounts) > 0 {
			out[iampolicy.ExternalAccount] = named
		}
	}
	return out
}

// TestCorpusAccess prints recall and precision per risk of trust and resource policies, and every miss.
func TestCorpusAccess(t *testing.T) {
	type tally struct{ hit, missed, wrong, quiet int }
	sure, unsure := map[string]*tally{}, map[string]*tally{}
	notJudged := 0
	for _, row := range accessRows(t) {
		c := iampolicy.Context{}
		if row.Context.Owner != nil {
			c.Account = *row.Context.Owner
		}
		var v iampolicy.Verdict
		if strings.HasPrefix(row.Kind, "trust") {
			v = iampolicy.JudgeTrust(row.Policy, c)
		} else {
			v = iampolicy.JudgeResource(row.Policy, "", c)
		}
		if !v.Judged {
			notJudged++
			t.Logf("not judged: %s: %s", row.ID, v.Reason)
		}
		for code, want := range row.labels() {
			into := sure
			if row.Confidence == "uncertain" || contested[row.ID] != "" {
				into = unsure
			}
			if into[code] == nil {
				into[code] = &tally{}
			}
			got := slices.ContainsFunc(v.Risks, func(r iampolicy.Risk) bool { return r.Code == code })
			switch {
			case got && want:
				into[code].hit++
			case want:
				into[code].missed++
				t.Logf("missed: %s %s (%s %s)\n%s", code, row.ID, row.Confidence, row.Note, row.Policy)
			case got:
				into[code].wrong++
				t.Logf("wrong: %s %s (%s %s)\n%s", code, row.ID, row.Confidence, row.Note, row.Policy)
			default:
				into[code].quiet++
			}
		}
	}
	for name, tallies := range map[string]map[string]*tally{"sure": sure, "uncertain": unsure} {
		for code, n := range tallies {
			recall, precision := share(n.hit, n.missed), share(n.hit, n.wrong)
			t.Logf("%-10s %-20s recall %.3f precision %.3f (%d hit, %d missed, %d wrong, %d rightly quiet)", name, code, recall, precision, n.hit, n.missed, n.wrong, n.quiet)
			goal := code == iampolicy.Public || code == iampolicy.ExternalAccount || code == iampolicy.MissingExternalID
			if name == "sure" && goal && (recall < 0.97 || precision < 0.97) {
				t.Errorf("%s misses the goal of 0.97", code)
			}
		}
	}
	t.Logf("%d rows were not judged", notJudged)
}

func share(hit, other int) float64 {
	if hit+other == 0 {
		return 1
	}
	return float64(hit) / float64(hit+other)
}

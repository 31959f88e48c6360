package exposure

import (
	"slices"
	"strings"

	"riposte/pkg/detect"
)

const removeBucketStatements = "remove-bucket-policy-statements"

// bucketFindings returns the findings of the policy of a bucket or of an access point, with the statements that made them.
// What stands in a bucket's policy can be taken out again; an access point's policy is left to a person.
func (a access) bucketFindings(codes ...string) []detect.Finding {
	findings := a.findings(codes...)
	for i := range findings {
		f := &findings[i]
		hashes := a.statements(codes)
		if f.Resource.Type != detect.Bucket || len(hashes) == 0 {
			f.Actions = []string{}
			continue
		}
		f.Params[detect.ParamStatements] = strings.Join(hashes, ",")
		f.Params[detect.ParamAllStatements] = a.allStatements()
	}
	return findings
}

// allStatements returns the hash of each statement of the document.
func (a access) allStatements() string {
	all, err := detect.PolicyStatements(a.document)
	if err != nil {
		return ""
	}
	hashes := make([]string, 0, len(all))
	for _, s := range all {
		hashes = append(hashes, detect.StatementHash(s))
	}
	return strings.Join(hashes, ",")
}

// statements returns the hash of each statement that a verdict blames for the risks of some codes, nothing where one of them
// cannot be told.
func (a access) statements(codes []string) []string {
	all, err := detect.PolicyStatements(a.document)
	if err != nil {
		return nil
	}
	var hashes []string
	for _, r := range a.verdict.Risks {
		if !slices.Contains(codes, r.Code) {
			continue
		}
		if r.Statement < 1 || r.Statement > len(all) {
			return nil
		}
		if hash := detect.StatementHash(all[r.Statement-1]); !slices.Contains(hashes, hash) {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}

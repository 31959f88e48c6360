package policytext

import (
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// Still reports whether a live policy still is the one that a finding's event put: as it was, or with nothing but some of its
// risky statements gone. An earlier event may have put those already, and its reversal have taken them out.
func Still(f detect.Finding, live string) bool {
	put := f.Params[detect.ParamDocumentHash]
	if put == "" {
		return false
	}
	if put == detect.DocumentHash([]byte(live)) {
		return true
	}
	all, risky := hashes(f, detect.ParamAllStatements), hashes(f, detect.ParamStatements)
	_, statements, _, err := Split(live)
	if err != nil || len(all) == 0 {
		return false
	}
	is := make([]string, 0, len(statements))
	for _, s := range statements {
		is = append(is, detect.StatementHash([]byte(s)))
	}
	came := slices.ContainsFunc(is, func(h string) bool { return !slices.Contains(all, h) })
	went := slices.ContainsFunc(all, func(h string) bool { return !slices.Contains(is, h) && !slices.Contains(risky, h) })
	return !came && !went
}

func hashes(f detect.Finding, param string) []string {
	if f.Params[param] == "" {
		return nil
	}
	return strings.Split(f.Params[param], ",")
}

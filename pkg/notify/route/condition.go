package route

import (
	"slices"
	"strconv"
	"strings"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// conditions asks the conditions of a match one by one, as matches does at once.
func (r *Router) conditions(m *config.Match, in *ledger.Incident, severity detect.Severity) (matched []string, missed string) {
	account, listed := r.accounts[in.Account]
	for _, c := range []condition{
		ofSeverity(m, severity), ofRules(m, in), ofAccounts(m, in), ofUnits(m, account), ofTags(m, account), ofProduction(m, account, listed),
	} {
		switch {
		case !c.set:
		case !c.holds:
			return matched, c.text
		default:
			matched = append(matched, c.text)
		}
	}
	return matched, ""
}

// A condition is one of a match, and what an incident makes of it, in words.
type condition struct {
	set, holds bool
	text       string
}

func conditionOf(holds bool, yes, no string) condition {
	if holds {
		return condition{true, true, yes}
	}
	return condition{true, false, no}
}

func ofSeverity(m *config.Match, severity detect.Severity) condition {
	if m.Severity == detect.Inherit {
		return condition{}
	}
	name, least := strings.ToLower(severity.String()), config.AtLeast(m.Severity)
	return conditionOf(severity >= m.Severity, "severity "+name+" is "+least, "severity "+name+" is not "+least)
}

func ofRules(m *config.Match, in *ledger.Incident) condition {
	if len(m.Rules) == 0 {
		return condition{}
	}
	name := named(m.Rules, in)
	return conditionOf(name != "", "rules has "+name, "rules has neither "+word(in.Rule)+" nor "+word(in.Class))
}

func ofAccounts(m *config.Match, in *ledger.Incident) condition {
	if len(m.Accounts) == 0 {
		return condition{}
	}
	holds := slices.Contains(m.Accounts, in.Account)
	return conditionOf(holds, "accounts has "+word(in.Account), "accounts does not have "+word(in.Account))
}

func ofUnits(m *config.Match, account config.Account) condition {
	if len(m.OUs) == 0 {
		return condition{}
	}
	if account.OU == "" {
		return condition{true, false, "nobody said in which ou the account is"}
	}
	if i := slices.IndexFunc(m.OUs, account.Within); i >= 0 {
		return condition{true, true, "ou " + account.OU + " is within " + m.OUs[i]}
	}
	return condition{true, false, "ou " + account.OU + " is in none of ous"}
}

func ofTags(m *config.Match, account config.Account) condition {
	if len(m.Tags) == 0 {
		return condition{}
	}
	return conditionOf(account.Tagged(m.Tags), "the account has the tags", "the account does not have all of tags")
}

func ofProduction(m *config.Match, account config.Account, listed bool) condition {
	switch {
	case m.Production == nil:
		return condition{}
	case !listed:
		return condition{true, false, "the account is not listed: nobody said whether it is production"}
	}
	what := "the account is not production"
	if account.Production {
		what = "the account is production"
	}
	return condition{true, account.Production == *m.Production, what}
}

// word shows what an event may have brought.
func word(text string) string {
	if text == "" {
		return "nothing"
	}
	if text = detect.Line(text, 80); strings.ContainsAny(text, " \"") {
		return strconv.Quote(text)
	}
	return text
}

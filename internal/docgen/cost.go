package main

import (
	"fmt"

	"riposte/internal/cost"
)

// deploymentMetrics is how many metrics have the stack for their only dimension.
const deploymentMetrics = 17

// costPage computes what a deployment costs.
func costPage() (string, error) {
	m, err := cost.Measured()
	if err != nil {
		return "", err
	}
	s, err := cost.Counted()
	if err != nil {
		return "", err
	}
	p := page{}
	p.line("# What Riposte costs")
	p.line("")
	p.line("Computed by `internal/cost` from AWS's list prices in us-east-1, in US dollars, without any free tier, and from the calls that")
	p.line("the functions were seen to make on the wire (`internal/process`). **No bill has been seen yet.** How long a function waits for")
	p.line("DynamoDB is an assumption (0.02 s for an event without a finding, 0.3 s for an alert, 2 s for a reversal), rounded up.")
	p.line("")
	p.line("Events that no rule of Riposte wants cost nothing: AWS's own events on the default bus are free, and so is matching them.")
	p.line("")
	p.line("## A million events that reach Riposte")
	p.line("")
	p.table([]string{"", "yield nothing", "are told", "are reversed, verified and told"}, billRows(m))
	p.line("")
	p.line("From another region or account each event costs the hop besides: a million for one dollar. Most of the cost is the ledger's: an")
	p.line("incident is written before each step, because the process may die after it.")
	p.line("")
	p.line("## A month in which nothing happens")
	p.line("")
	p.table([]string{"", "dollars"}, monthRows(s))
	p.line("")
	p.line(fmt.Sprintf("Metrics come on top where something happens: up to %s for those of the deployment, and 0.30 for each pair of class and mode",
		dollars(cost.Metrics(deploymentMetrics, 0))))
	p.line("that occurs in the month.")
	p.line("")
	p.line("## Two deployments")
	p.line("")
	p.line("A month with a million routed events, of which 32 in 100 yield nothing as in our corpus, a thousand are told and a hundred reversed;")
	p.line("the rest are harmless or belong to incidents that stand already.")
	p.line("")
	p.table([]string{"", "one account, 17 regions", "100 accounts, 17 regions each"}, exampleRows(m, s))
	p.line("")
	p.line("## What Riposte does not do")
	p.line("")
	p.line(fmt.Sprintf("- **No second trail.** It would cost %s per million management events.", dollars(cost.SecondTrail())))
	p.line(fmt.Sprintf("- **No forwarding without a filter.** It would cost %s per million events, which all go through the hop and wake detect.", dollars(m.Unfiltered())))
	p.line("- **No customer managed key in each account and region.** One in the hub encrypts the ledger, the queues and the topic.")
	p.line("- **No polling** of accounts. The only thing that waits in a loop is Lambda for the queue of jobs.")
	return p.String(), nil
}

func billRows(m cost.Measurement) [][]string {
	nothing, alert, act := m.NothingPerMillion(false), m.AlertPerMillion(false), m.ActPerMillion(false)
	var rows [][]string
	for n := range nothing {
		rows = append(rows, []string{nothing[n].What, dollars(nothing[n].USD), dollars(alert[n].USD), dollars(act[n].USD)})
	}
	return append(rows, []string{"**together**", bold(cost.Sum(nothing)), bold(cost.Sum(alert)), bold(cost.Sum(act))})
}

func monthRows(s cost.Stacks) [][]string {
	var rows [][]string
	for _, l := range append(s.Home.Fixed(), cost.Checking(1)...) {
		rows = append(rows, []string{"home stack: " + l.What, dollars(l.USD)})
	}
	for _, l := range append(s.Region.Fixed(), cost.Beats()...) {
		if l.USD > 0 {
			rows = append(rows, []string{"each further region, and each account and region of members: " + l.What, cents(l.USD)})
		}
	}
	return rows
}

// What the examples assume of a month.
const (
	exampleRegions = 17
	exampleTold    = 1000 / 1e6 // of a million
	exampleActed   = 100 / 1e6
	examplePairs   = 30
)

func exampleRows(m cost.Measurement, s cost.Stacks) [][]string {
	var rows [][]string
	column := func(accounts int) []float64 {
		places := accounts * exampleRegions
		hop := accounts > 1
		return []float64{
			cost.Sum(s.Home.Fixed()) + cost.Sum(cost.Checking(places)) + cost.Metrics(deploymentMetrics, examplePairs),
			float64(places-1) * cost.Sum(s.Region.Fixed()),
			float64(places) * cost.Sum(cost.Beats()),
			cost.Sum(m.NothingPerMillion(hop)) + exampleTold*cost.Sum(m.AlertPerMillion(hop)) + exampleActed*cost.Sum(m.ActPerMillion(hop)),
		}
	}
	one, many := column(1), column(100)
	for n, what := range []string{"home stack, with metrics", "the alarms of the other regions", "heartbeats", "the events"} {
		rows = append(rows, []string{what, dollars(one[n]), dollars(many[n])})
	}
	return append(rows, []string{"**together**", bold(total(one)), bold(total(many))})
}

func total(of []float64) float64 {
	sum := 0.0
	for _, f := range of {
		sum += f
	}
	return sum
}

func dollars(usd float64) string { return fmt.Sprintf("%.2f", usd) }

func cents(usd float64) string { return fmt.Sprintf("%.4f", usd) }

func bold(usd float64) string { return "**" + dollars(usd) + "**" }

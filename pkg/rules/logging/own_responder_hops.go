package logging

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const eventsSource = "events.amazonaws.com"

// ownBuses are the calls that change who may put events on Riposte's buses. Its rules are told by EventBridgeRuleDisabled.
func ownBuses() calls {
	bus := within(":event-bus/")
	named, of := reference{detect.EventBus, "name", bus}, reference{detect.EventBus, "eventBusName", bus}
	return calls{eventsSource: {
		"DeleteEventBus":   named.changed("event bus %s was deleted", deleting),
		"UpdateEventBus":   named.changed("event bus %s got other settings", deploying),
		"PutPermission":    onNamedBus(of.changed("event bus %s lets somebody else put events on it", deploying)),
		"RemovePermission": onNamedBus(of.changed("event bus %s no longer lets somebody put events on it", deploying)),
	}}
}

// onNamedBus stays quiet where a request names no bus: it is about the default one, which is not Riposte's.
func onNamedBus(judge call) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		if bus, err := optionalText(ev, "eventBusName"); err == nil && bus == "" {
			return nil, nil
		}
		return judge(ev)
	}
}

// ownRule says what a rule of EventBridge is to Riposte: its own, or one on its bus, where somebody else's takes incidents
// elsewhere; "" for any other.
func ownRule(ev *cloudtrail.Event, name string) string {
	if ev.OwnName(name) {
		return "; Riposte depends on it"
	}
	if bus, err := optionalText(ev, "eventBusName"); err == nil && ev.OwnName(busName(bus)) {
		return "; it is on Riposte's bus"
	}
	return ""
}

// ownRuleTags are the calls that tag Riposte's rules. The heartbeat does that all the time, and nobody else has to.
func ownRuleTags() calls {
	return calls{eventsSource: {
		"TagResource":   ruleTagged("rule %s got a tag"),
		"UntagResource": ruleTagged("rule %s lost a tag"),
	}}
}

func ruleTagged(said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		if !ev.MayNameOwn() {
			return nil, nil
		}
		arn, err := textOf(ev, "resourceARN")
		if err != nil {
			return unclear(ev, err), nil
		}
		_, rule, ok := strings.Cut(arn, ":rule/")
		name := afterSlash(rule)
		if !ok || !ev.OwnName(name) || ev.Name == "TagResource" && byHeartbeat(ev, name) {
			return nil, nil
		}
		return []detect.Finding{{
			Severity: ordinary(ev),
			Resource: detect.Resource{Type: detect.EventRule, ID: name},
			Summary:  fmt.Sprintf("Riposte's own "+said, detect.Text(name)),
		}}, nil
	}
}

// byHeartbeat reports whether the role that beats in this account and region tagged the rule that carries beats.
func byHeartbeat(ev *cloudtrail.Event, rule string) bool {
	return strings.HasSuffix(rule, "-heartbeat") &&
		ev.Identity.Session.IssuerARN == "arn:"+ev.Partition()+":iam::"+ev.Account+":role/"+rule+"-"+ev.Region
}

// ownQueues are the calls by which jobs and what waits for a person are lost.
func ownQueues() calls {
	queue := reference{detect.Queue, "queueUrl", afterSlash}
	return calls{"sqs.amazonaws.com": {
		"DeleteQueue":        queue.changed("queue %s was deleted", deploying),
		"PurgeQueue":         queue.changed("queue %s was emptied", deleting),
		"RemovePermission":   queue.changed("queue %s lost a statement of its policy", deploying),
		"SetQueueAttributes": queue.changed("queue %s got other attributes", deploying),
	}}
}

// ownTopic are the calls by which people are no longer told.
func ownTopic() calls {
	topic, subscription := reference{detect.Topic, "topicArn", topicName}, reference{detect.Topic, "subscriptionArn", topicName}
	return calls{"sns.amazonaws.com": {
		"DeleteTopic":               topic.changed("topic %s was deleted", deploying),
		"RemovePermission":          topic.changed("topic %s lost a statement of its policy", deploying),
		"SetTopicAttributes":        topic.changed("topic %s got another attribute", deploying),
		"SetSubscriptionAttributes": subscription.changed("topic %s tells a subscriber in another way", deploying),
		"Unsubscribe":               subscription.changed("topic %s lost a subscriber", deploying),
	}}
}

// topicName returns a topic's name out of its ARN, or out of that of a subscription to it.
func topicName(text string) string {
	if parts := strings.Split(text, ":"); len(parts) >= 6 {
		return parts[5]
	}
	return text
}

// ownSchedules are the calls by which heartbeats stop and nothing is settled any more.
func ownSchedules() calls {
	schedule := reference{detect.Schedule, "name", afterSlash}
	return calls{"scheduler.amazonaws.com": {
		"DeleteSchedule":      schedule.changed("schedule %s was deleted", deploying),
		"DeleteScheduleGroup": schedule.changed("group of schedules %s was deleted", deploying),
		"UpdateSchedule":      schedule.changed("schedule %s was rewritten", deploying),
	}}
}

package simaws

// AddConfigurationRecorder makes a configuration recorder that has been stopped. A service, such as
// "securityhub.amazonaws.com", alone may change its own; it is "" for the account's.
func (a *Account) AddConfigurationRecorder(region, name, service string) {
	a.seed(func(r *request) { r.watchers.recorders[named{region, name}] = recorder{service: service} })
}

// AddEventRule makes a disabled EventBridge rule on a bus. A manager, such as "autoscaling.amazonaws.com", keeps its own
// rules; it is "" for the account's.
func (a *Account) AddEventRule(region, bus, name, manager string) {
	a.seed(func(r *request) { r.watchers.rules[partOf{named{region, bus}, name}] = eventRule{manager: manager} })
}

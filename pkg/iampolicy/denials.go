package iampolicy

// denied reports whether the Denies take all of an action away from one resource pattern of an Allow, for certain.
func (j *judge) denied(service, name, resource string) bool {
	for i := range j.denies {
		d := &j.denies[i]
		if j.matches(d.actions, service, name) == d.not {
			continue
		}
		if d.everywhere || j.coversResource(d, resource) {
			return true
		}
	}
	return false
}

func (j *judge) coversResource(d *clause, resource string) bool {
	for i := range d.Resources {
		if p := d.Resources[i].Text; j.spend(len(p)+len(resource)) && Covers(p, resource) {
			return true
		}
	}
	return false
}

// leftBy returns how much of its resources the Denies with NotResource leave of an action: each leaves only what it
// names.
func (j *judge) leftBy(w *interest) scope {
	left := anyResource
	for i := range j.denies {
		d := &j.denies[i]
		if !d.Has(ElementNotResource) || j.matches(d.actions, w.service, w.name) == d.not {
			continue
		}
		widest := noResource
		for _, v := range d.NotResources {
			widest = max(widest, scopeOf(v.Text, w.resources, j.variables))
		}
		left = min(left, widest)
	}
	return left
}

// deniedService reports whether the Denies take every action of a service away, everywhere.
func (j *judge) deniedService(service string) bool {
	for i := range j.denies {
		d := &j.denies[i]
		switch {
		case !d.everywhere:
		case !d.not:
			if j.wholeService(d.actions, service) {
				return true
			}
		case !j.touchesService(d.actions, service):
			return true
		}
	}
	return false
}

// touchesService reports whether one of the patterns can match an action of a service.
func (j *judge) touchesService(patterns []actionPattern, service string) bool {
	if !j.spend(len(patterns)) {
		return true
	}
	for i := range patterns {
		switch p := &patterns[i]; p.shape {
		case matchesNothing:
		case allActions, someServices:
			return true
		case oneAction, someActions, allOfService:
			if p.service == service {
				return true
			}
		}
	}
	return false
}

// deniedAll reports whether the Denies take everything away.
func (j *judge) deniedAll() bool {
	for i := range j.denies {
		if d := &j.denies[i]; d.everywhere && !d.not && j.everything(d.actions) {
			return true
		}
	}
	return false
}

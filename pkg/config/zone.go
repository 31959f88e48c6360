package config

import (
	"strings"
	"time"
	_ "time/tzdata" // Lambda's image for Go has no zones, and what a file may say must not depend on the machine

	"go.yaml.in/yaml/v3"
)

const mustZone = "write a time zone such as Europe/Berlin, or UTC"

var zoneName = lazily(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)

// zone reads a time zone by its name in the IANA database.
func (r *reader) zone(n *yaml.Node, path string) *time.Location {
	name, ok := r.scalar(n, path, "a time zone", tagText)
	if !ok {
		return nil
	}
	if zone := loadZone(name); zone != nil {
		return zone
	}
	r.fail(n, path, "no time zone %s%s; want a name of the IANA database such as Europe/Berlin, or UTC", shown(name), didYouMean(name, zones()))
	return nil
}

// loadZone returns a zone, or nil. Local is whatever the machine has.
func loadZone(name string) *time.Location {
	if name == "Local" || len(name) > 64 || !zoneName().MatchString(name) {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// zones are those that a misspelt one is compared with: the larger cities of the world.
func zones() []string {
	return strings.Fields(`UTC Etc/UTC
		Africa/Abidjan Africa/Accra Africa/Addis_Ababa Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos
		Africa/Nairobi Africa/Tunis
		America/Anchorage America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Denver America/Edmonton
		America/Halifax America/Havana America/Lima America/Los_Angeles America/Mexico_City America/Montevideo America/New_York
		America/Panama America/Phoenix America/Puerto_Rico America/Santiago America/Sao_Paulo America/St_Johns America/Toronto
		America/Vancouver America/Winnipeg
		Asia/Almaty Asia/Baghdad Asia/Baku Asia/Bangkok Asia/Beirut Asia/Colombo Asia/Dhaka Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong
		Asia/Jakarta Asia/Jerusalem Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Kuala_Lumpur Asia/Kuwait Asia/Manila Asia/Qatar
		Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Yangon
		Atlantic/Azores Atlantic/Canary Atlantic/Reykjavik
		Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Melbourne Australia/Perth Australia/Sydney
		Europe/Amsterdam Europe/Athens Europe/Belgrade Europe/Berlin Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Copenhagen
		Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv Europe/Lisbon Europe/Ljubljana Europe/London Europe/Luxembourg
		Europe/Madrid Europe/Moscow Europe/Oslo Europe/Paris Europe/Prague Europe/Riga Europe/Rome Europe/Sofia Europe/Stockholm
		Europe/Tallinn Europe/Vienna Europe/Vilnius Europe/Warsaw Europe/Zagreb Europe/Zurich
		Pacific/Auckland Pacific/Fiji Pacific/Guam Pacific/Honolulu`)
}

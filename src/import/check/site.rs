//! Sites: their addresses, positions and what else is said about them.

use super::{
    Check, KEY, NAME,
    items::remove_repeated,
    normal::{self, language_tag},
    short,
};
use crate::{
    domain::{
        UsState,
        offer::{Course, Hours},
        place::{Address, LatLon, Position},
    },
    import::{SiteLine, problem::Path},
};

impl Check<'_> {
    pub(super) fn site(&mut self, site: &mut SiteLine, at: Path<'_>) {
        self.text(&mut site.source_key, KEY, at.key("source_key"));
        self.optional_text(&mut site.name, NAME, at.key("name"));
        let state = self.address(&mut site.address, at.key("address"));
        if let Some(position) = &mut site.position {
            self.position(position, state, at.key("position"));
        }
        self.phone(&mut site.phone, at.key("phone"));
        self.each(&mut site.hours, at.key("hours"), Self::hours);
        self.within(site.wait_days, 0, 3_650, at.key("wait_days"));
        self.each(
            &mut site.languages,
            at.key("languages"),
            |check, language, at| match language_tag(language) {
                Some(tag) => *language = tag,
                None => check.refuse(at, "it is no language tag", "write BCP 47: `en`, `es-MX`"),
            },
        );
        remove_repeated(&mut site.languages);
        self.each(&mut site.accessibility, at.key("accessibility"), |check, code, at| {
            let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if code.is_empty() || code.len() > 40 || !code.bytes().all(good) {
                check.refuse(at, "it is no code", "write a code such as `wheelchair`");
            }
        });
        remove_repeated(&mut site.accessibility);
        remove_repeated(&mut site.indications);
        self.within(site.minimum_age, 0, 120, at.key("minimum_age"));
        self.within(site.maximum_age, 0, 120, at.key("maximum_age"));
        self.ordered(site.minimum_age, site.maximum_age, at.key("maximum_age"));
        if let Some(course) = &site.course {
            self.course(course, at.key("course"));
        }
        self.each(&mut site.facts, at.key("facts"), Self::statement);
        self.each(&mut site.prices, at.key("prices"), Self::price);
        self.each(&mut site.credentials, at.key("credentials"), Self::credential);
    }

    fn hours(&mut self, hours: &mut Hours, at: Path<'_>) {
        remove_repeated(&mut hours.days);
        if hours.days.is_empty() {
            self.refuse(at.key("days"), "no day is named", "write days such as `mo`");
        }
    }

    fn course(&mut self, course: &Course, at: Path<'_>) {
        let Course {
            induction_sessions_min,
            induction_sessions_max,
            induction_weeks_min,
            induction_weeks_max,
            session_minutes,
            maintenance_interval_days,
        } = *course;
        let most_sessions = at.key("induction_sessions_max");
        self.within(induction_sessions_min, 1, 60, at.key("induction_sessions_min"));
        self.within(induction_sessions_max, 1, 60, most_sessions);
        self.ordered(induction_sessions_min, induction_sessions_max, most_sessions);
        let most_weeks = at.key("induction_weeks_max");
        self.within(induction_weeks_min, 1, 52, at.key("induction_weeks_min"));
        self.within(induction_weeks_max, 1, 52, most_weeks);
        self.ordered(induction_weeks_min, induction_weeks_max, most_weeks);
        self.within(session_minutes, 1, 1_440, at.key("session_minutes"));
        self.within(maintenance_interval_days, 1, 3_650, at.key("maintenance_interval_days"));
    }

    /// Checks an address; the state that it lies in, as the address or its ZIP code says.
    fn address(&mut self, address: &mut Address, at: Path<'_>) -> Option<UsState> {
        let Address { line1, line2, city, state, postal_code, plus4 } = address;
        self.optional_text(line1, NAME, at.key("line1"));
        self.optional_text(line2, NAME, at.key("line2"));
        self.optional_text(city, short(100), at.key("city"));
        if let Some(code) = postal_code {
            match normal::postal_code(code) {
                Ok((zip, None)) => *code = zip,
                Ok((zip, Some(suffix))) => {
                    if plus4.as_ref().is_some_and(|given| *given != suffix) {
                        let problem = "it differs from the last digits of `postal_code`";
                        self.refuse(at.key("plus4"), problem, "keep one of the two");
                    }
                    (*code, *plus4) = (zip, Some(suffix));
                }
                Err((problem, mend)) => self.refuse(at.key("postal_code"), problem, mend),
            }
        }
        if let Some(digits) = plus4
            && !(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
        {
            self.refuse(at.key("plus4"), "it is no ZIP+4 suffix", "write four digits");
        }
        let zip = postal_code.as_deref().filter(|zip| normal::postal_code(zip).is_ok());
        let of_zip = zip.and_then(|zip| self.by.places.state_of_zip(zip));
        match (zip, of_zip, *state) {
            (Some(zip), Some(of_zip), Some(state)) if of_zip != state => {
                let problem = format!("ZIP code {zip} is in {of_zip}, not in {state}");
                self.refuse(at.key("postal_code"), problem, "mend the ZIP code or the state");
            }
            (Some(zip), None, _) => {
                let problem = format!("ZIP code {zip} is not known");
                let mend = "check it; until then the site is placed by its city";
                self.warn(at.key("postal_code"), problem, mend);
            }
            _ => {}
        }
        state.or(of_zip)
    }

    /// A position lies in the state of its address, or at least in a state.
    fn position(&mut self, position: &mut Position, state: Option<UsState>, at: Path<'_>) {
        // Six decimals are a tenth of a metre. Rounding makes the number that is kept the
        // same however often it has been written out and read back.
        let (lat, lon) = (six_decimals(position.lat), six_decimals(position.lon));
        (position.lat, position.lon) = (lat, lon);
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            let mend = match self.inside(LatLon { lat: lon, lon: lat }, state) {
                true => format!("swap them: lat {lon}, lon {lat}"),
                false => "write lat from -90 to 90 and lon from -180 to 180".to_owned(),
            };
            return self.refuse(at, format!("({lat}, {lon}) is not on the Earth"), mend);
        }
        if lat == 0.0 && lon == 0.0 {
            let mend = "leave the position out where it is not known";
            return self.refuse(at, "(0, 0) lies in the ocean", mend);
        }
        if self.inside(LatLon { lat, lon }, state) {
            return;
        }
        let mend = if self.inside(LatLon { lat: lon, lon: lat }, state) {
            format!("lat and lon are swapped: write lat {lon}, lon {lat}")
        } else if self.inside(LatLon { lat, lon: -lon }, state) {
            format!("the sign of lon is wrong: write {}", -lon)
        } else {
            "mend the position or the address, or leave the position out".to_owned()
        };
        let place = state.map_or("the United States", UsState::as_str);
        self.refuse(at, format!("({lat}, {lon}) is outside {place}"), mend);
    }

    fn inside(&self, point: LatLon, state: Option<UsState>) -> bool {
        match state {
            Some(state) => self.by.places.inside_state(point, state),
            None => UsState::ALL.iter().any(|s| self.by.places.inside_state(point, *s)),
        }
    }
}

fn six_decimals(degrees: f64) -> f64 {
    let rounded = (degrees * 1e6).round() / 1e6;
    // Minus zero would be written as `-0.0`.
    if rounded == 0.0 { 0.0 } else { rounded }
}

//! What the generator and the load client share: numbers by seed, and places by population.

use std::{collections::HashMap, io::Read as _, path::Path};

use anyhow::{Context as _, Result};

/// Random numbers by SplitMix64: small, quick and the same for ever, which no library promises of
/// its generators.
pub struct Random(u64);

impl Random {
    /// Another seed gives other numbers.
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `below` - 1.
    pub const fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    /// True in so many of a hundred cases.
    pub const fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// One of a list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Result<&'a T> {
        let at = self.below(u64::try_from(list.len())?);
        list.get(usize::try_from(at)?).context("an empty list")
    }

    /// Millionths of a degree, clustered around 0 and at most 0.06 degrees away.
    pub fn jitter(&mut self) -> i64 {
        let spread: u64 = (0..4).map(|_| self.below(30_000)).sum();
        i64::try_from(spread).unwrap_or_default() - 60_000
    }
}

/// A ZIP code with its town.
pub struct Town {
    /// Five digits.
    pub zip: String,
    /// The post town.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// Millionths of a degree north.
    pub lat: i64,
    /// Millionths of a degree east.
    pub lon: i64,
    /// The people of this and of all ZIP codes before it.
    up_to: u64,
}

/// All ZIP codes, weighted with the population of their town.
pub struct Towns(Vec<Town>);

impl Towns {
    /// Reads the gazetteer's tables.
    pub fn load() -> Result<Self> {
        let places = table("data/geo/places.csv.gz")?;
        let mut people: HashMap<(String, String), u64> = HashMap::new();
        for row in &places {
            let [name, state, _, _, population, _] = row.as_slice() else { continue };
            let entry = people.entry((name.clone(), state.clone())).or_default();
            *entry = (*entry).max(population.parse()?);
        }
        // The post town New York is Manhattan alone; the other boroughs have towns of their own.
        let key = |name: &str| (name.to_owned(), "NY".to_owned());
        if let Some(manhattan) = people.get(&key("Manhattan")).copied() {
            people.insert(key("New York"), manhattan);
        }
        let zips = table("data/geo/zips.csv.gz")?;
        let mut shares: HashMap<(String, String), u64> = HashMap::new();
        for row in &zips {
            let [_, _, _, city, state, _] = row.as_slice() else { continue };
            *shares.entry((city.clone(), state.clone())).or_default() += 1;
        }
        let (mut towns, mut up_to) = (Vec::new(), 0);
        for row in zips {
            let [zip, lat, lon, city, state, _] = row.as_slice() else { continue };
            let town = (city.clone(), state.clone());
            let share = people.get(&town).copied().unwrap_or(0) / shares.get(&town).unwrap_or(&1);
            if share > 0 && state.len() == 2 {
                up_to += share;
                let (lat, lon) = (millionths(lat)?, millionths(lon)?);
                let (city, state) = town;
                towns.push(Town { zip: zip.clone(), city, state, lat, lon, up_to });
            }
        }
        Ok(Self(towns))
    }

    /// A town, as likely as one of its people.
    pub fn pick(&self, random: &mut Random) -> Result<&Town> {
        let all = self.0.last().context("no town")?.up_to;
        let person = random.below(all);
        let at = self.0.partition_point(|town| town.up_to <= person);
        self.0.get(at).context("beyond the last town")
    }
}

/// The rows of one of the gazetteer's tables, without its header.
fn table(path: &str) -> Result<Vec<Vec<String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let file = std::fs::File::open(&path).with_context(|| format!("{}", path.display()))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    rows.records().map(|row| Ok(row?.iter().map(str::to_owned).collect())).collect()
}

/// Degrees as whole millionths.
fn millionths(degrees: &str) -> Result<i64> {
    let (whole, part) = degrees.split_once('.').unwrap_or((degrees, ""));
    let size: i64 = format!("{}{part:0<6}", whole.trim_start_matches('-')).parse()?;
    Ok(if whole.starts_with('-') { -size } else { size })
}

/// Millionths as degrees.
pub fn degrees(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let size = millionths.unsigned_abs();
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

//! Light on a sensor: exposure, defocus, noise, and the curve from light to grey levels.

use super::geometry::Area;
use super::luck::Luck;
use crate::picture::Picture;

/// How bright and how noisy a picture comes out.
pub(super) struct Exposure {
    /// What becomes of the screen's white, relative to the brightest level: above 1 it clips.
    pub(super) white: f32,
    /// The noise relative to a phone's in a living room.
    pub(super) noise: f32,
}

/// Light relative to the screen's white, for each grey level of a picture (gamma 2.2).
pub(super) fn light_of_levels() -> [f32; 256] {
    let mut light = [0.0; 256];
    for (level, light) in light.iter_mut().enumerate() {
        *light = (level as f32 / 255.0).powf(2.2);
    }
    light
}

/// The light on each pixel of the sensor, relative to the screen's white.
pub(super) struct Film {
    width: usize,
    light: Vec<f32>,
}

impl Film {
    /// What is behind the phone: a dim room, out of focus.
    pub(super) fn exposed_to_a_room(width: usize, height: usize, luck: &mut Luck) -> Self {
        const PATCH: usize = 160;
        let (across, down) = (width / PATCH + 2, height / PATCH + 2);
        let patches: Vec<Vec<f32>> = (0..down)
            .map(|_| (0..across).map(|_| luck.between(0.01, 0.3) as f32).collect())
            .collect();
        let mut light = Vec::with_capacity(width * height);
        for y in 0..height {
            let (above, below) = (patches.get(y / PATCH), patches.get(y / PATCH + 1));
            let Some((above, below)) = above.zip(below) else { break };
            let column: Vec<f32> =
                above.iter().zip(below).map(|(a, b)| mix(*a, *b, y % PATCH, PATCH)).collect();
            let row = column.windows(2).flat_map(|pair| {
                let (left, right) = pair.first().zip(pair.last()).unwrap_or((&0.0, &0.0));
                (0..PATCH).map(move |x| mix(*left, *right, x, PATCH))
            });
            light.extend(row.take(width));
        }
        Self { width, light }
    }

    /// Exposes an area to a scene that says the light at a point of the sensor, and nothing where
    /// the room stays visible; the scene moves by `motion` pixels meanwhile.
    ///
    /// Each pixel gathers `grid` by `grid` samples, spread over the time of the exposure too: 1 is
    /// enough where there is nothing to see, 3 for modules of two pixels and more.
    pub(super) fn expose(
        &mut self,
        area: &Area,
        grid: usize,
        motion: (f64, f64),
        scene: impl Fn(f64, f64) -> Option<f32>,
    ) {
        let count = grid * grid;
        let samples: Vec<(f64, f64)> = (0..count)
            .map(|i| {
                // Neighbours in the pixel are apart in time: 4 has no divisor in common with 9.
                let time = (i * 4 % count) as f64 + 0.5;
                let (time, place) =
                    (time / count as f64 - 0.5, |step| (step as f64 + 0.5) / grid as f64);
                (place(i % grid) - motion.0 * time, place(i / grid) - motion.1 * time)
            })
            .collect();
        for y in area.rows.clone() {
            let row = y * self.width;
            let pixels = self.light.get_mut(row + area.columns.start..row + area.columns.end);
            for (x, pixel) in area.columns.clone().zip(pixels.into_iter().flatten()) {
                let room = *pixel;
                let light: f32 = samples
                    .iter()
                    .map(|(dx, dy)| scene(x as f64 + dx, y as f64 + dy).unwrap_or(room))
                    .sum();
                *pixel = light / count as f32;
            }
        }
    }

    /// Blurs an area by a Gaussian of this standard deviation, in pixels.
    pub(super) fn defocus(&mut self, area: &Area, deviation: f64) {
        let kernel = gaussian(deviation);
        let columns = area.columns.clone();
        let sharp = area.rows.clone().filter_map(|y| {
            let row = y * self.width;
            self.light.get(row + columns.start..row + columns.end)
        });
        let rows: Vec<Vec<f32>> = sharp.map(|row| blurred_across(row, &kernel)).collect();
        let rows = blurred_down(&rows, &kernel);
        for (y, row) in area.rows.clone().zip(&rows) {
            let at = y * self.width + columns.start..y * self.width + columns.end;
            if let Some(light) = self.light.get_mut(at) {
                light.copy_from_slice(row);
            }
        }
    }

    /// Adds the noise of photons and of the sensor, and turns light into grey levels.
    pub(super) fn develop(self, exposure: &Exposure, luck: &mut Luck) -> Picture {
        // Deviations in light: what every pixel has, and what grows with the root of its light.
        let (still, photons) = (0.006 * exposure.noise, 0.0012 * exposure.noise * exposure.noise);
        let curve = curve();
        let pixels: Vec<u8> = self
            .light
            .iter()
            .map(|light| {
                let light = light * exposure.white;
                let noise = (still * still + photons * light).sqrt() * luck.noise();
                // `as` clamps below at nothing.
                let step = ((light + noise) * CURVE_STEPS as f32) as usize;
                curve.get(step).copied().unwrap_or(u8::MAX)
            })
            .collect();
        Picture::from_rows(self.width, pixels)
    }
}

const CURVE_STEPS: usize = 4096;

/// The grey level of light from nothing to white: gamma 2.2.
fn curve() -> Vec<u8> {
    let level = |step: usize| (step as f32 / CURVE_STEPS as f32).powf(1.0 / 2.2) * 255.0;
    (0..CURVE_STEPS).map(|step| level(step).round() as u8).collect()
}

/// From one value to another in steps, without a crease at either end.
fn mix(from: f32, to: f32, step: usize, steps: usize) -> f32 {
    let share = step as f32 / steps as f32;
    from + (to - from) * share * share * (3.0 - 2.0 * share)
}

/// A Gaussian's weights on both sides of its middle, as far as three deviations; they sum to one.
fn gaussian(deviation: f64) -> Vec<f32> {
    let reach = (deviation * 3.0).ceil();
    let weights: Vec<f64> = (0..=2 * reach as usize)
        .map(|at| (-0.5 * ((at as f64 - reach) / deviation).powi(2)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / sum) as f32).collect()
}

/// A row, blurred; beyond its ends it goes on as it ends.
fn blurred_across(row: &[f32], kernel: &[f32]) -> Vec<f32> {
    let margin = |pixel: Option<&f32>| vec![pixel.copied().unwrap_or_default(); kernel.len() / 2];
    let wide = [&margin(row.first())[..], row, &margin(row.last())].concat();
    wide.windows(kernel.len())
        .map(|near| near.iter().zip(kernel).map(|(a, b)| a * b).sum())
        .collect()
}

/// Rows, blurred downwards; beyond the first and the last they go on as they are.
fn blurred_down(rows: &[Vec<f32>], kernel: &[f32]) -> Vec<Vec<f32>> {
    let margin = |row: Option<&Vec<f32>>| vec![row.cloned().unwrap_or_default(); kernel.len() / 2];
    let high = [&margin(rows.first())[..], rows, &margin(rows.last())].concat();
    high.windows(kernel.len())
        .map(|near| {
            let mut blurred = vec![0.0; near.first().map_or(0, Vec::len)];
            for (row, weight) in near.iter().zip(kernel) {
                for (blurred, light) in blurred.iter_mut().zip(row) {
                    *blurred += weight * light;
                }
            }
            blurred
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_point_keeps_its_light_and_spreads_evenly() {
        let mut film = Film { width: 31, light: vec![0.0; 31 * 31] };
        film.light[15 * 31 + 15] = 1.0;
        film.defocus(&Area { columns: 2..29, rows: 2..29 }, 1.5);
        let sum: f32 = film.light.iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        let (left, right) = (film.light[15 * 31 + 13], film.light[15 * 31 + 17]);
        let (above, below) = (film.light[13 * 31 + 15], film.light[17 * 31 + 15]);
        assert!([right, above, below].iter().all(|light| (light - left).abs() < 1e-6));
    }

    #[test]
    fn levels_turned_to_light_develop_to_the_same_levels() {
        let light = light_of_levels();
        let film = Film { width: 256, light: light.to_vec() };
        let picture = film.develop(&Exposure { white: 1.0, noise: 0.0 }, &mut Luck::new(0));
        for (level, developed) in picture.pixels().iter().enumerate().skip(40) {
            assert!(
                level.abs_diff(usize::from(*developed)) <= 1,
                "{level} came out as {developed}"
            );
        }
    }
}

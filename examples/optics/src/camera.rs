//! A hand-held phone camera, simulated: it turns what a screen shows into what a decoder gets.
//!
//! One person holds up a phone with a picture on it; the other one points a phone at it, 24 to 40
//! centimetres away. Two hands shake, the autofocus is nearly right, a lamp is mirrored in
//! the glass, and the sensor is noisy. The picture shown always fills the same width of glass, so
//! that a denser symbol gets fewer sensor pixels per module: what decides in life, too, whether it
//! can be read.
//!
//! Everything is physical and in units of its own: millimetres on the glass and in the room,
//! radians, pixels on the sensor, and light relative to the screen's white. Everything random comes
//! from a seed, so the same seed takes the same pictures (on another platform, whose sines and powers
//! are rounded otherwise, a pixel may differ by a grey level). Not simulated: colour, the lens's
//! distortion, moiré between the two grids of pixels, a rolling shutter, and compression.
//!
//! How hard it is was calibrated, not guessed: a version-11 symbol must be read in at least 9 of 10
//! pictures and a version-20 one in at most 6, by a decoder that others wrote. A test measures it.

mod geometry;
mod luck;
mod sensor;

use geometry::{Plane, Pose};
use luck::Luck;
use sensor::{Exposure, Film};

use crate::picture::Picture;

/// The pictures taken are this wide, in pixels: a phone held upright delivers 720 by 1280 to a
/// scanner.
pub const WIDTH: usize = 720;
/// The pictures taken are this high, in pixels.
pub const HEIGHT: usize = 1280;

/// Focal length in pixels: 1280 pixels see 65°, a phone's main camera.
const FOCAL: f64 = 1000.0;
/// Opening of the lens, in millimetres: f/1.8 at 5.4 mm.
const APERTURE: f64 = 3.0;

// The phone held up: its body, its glass that lights up, and the picture on it, in millimetres.
const BODY: (f64, f64) = (75.0, 155.0);
const GLASS: (f64, f64) = (70.0, 150.0);
const SHOWN: f64 = 62.0;
// The picture sits this far above the middle of the glass.
const SHOWN_ABOVE: f64 = 12.0;

// Light relative to the screen's white: a dark user interface around the picture, and the frame.
const INTERFACE: f32 = 0.012;
const FRAME: f32 = 0.004;

/// A camera in somebody's hand. It never takes the same picture twice.
#[derive(Debug)]
pub struct Camera {
    luck: Luck,
}

impl Camera {
    /// A camera whose shots all follow from `seed`, in order.
    pub fn hand_held(seed: u64) -> Self {
        Self { luck: Luck::new(seed) }
    }

    /// One photograph, [`WIDTH`] by [`HEIGHT`] pixels, of a phone that shows `shown` as a square of
    /// fixed width on its glass.
    ///
    /// Give it a picture of at least 4 pixels per module: a screen has more than it.
    pub fn photograph(&mut self, shown: &Picture) -> Picture {
        let moment = Moment::of(&mut self.luck);
        let mut film = Film::exposed_to_a_room(WIDTH, HEIGHT, &mut self.luck);
        let plane = Plane::seen(&moment.pose, FOCAL, WIDTH, HEIGHT);
        let screen = Screen { shown, light: sensor::light_of_levels(), moment: &moment };

        let scene = |u: f64, v: f64| {
            let (x, y) = plane.point(u, v);
            screen.light(x, y)
        };
        let phone = plane.bounds((0.0, 0.0), BODY, 10.0);
        let square = plane.bounds((0.0, -SHOWN_ABOVE), (SHOWN, SHOWN), 4.0);
        film.expose(&phone, 1, moment.motion, scene);
        film.expose(&square, 3, moment.motion, scene);
        film.defocus(&phone, moment.blur);
        film.develop(&moment.exposure, &mut self.luck)
    }
}

/// Everything that is different in each picture.
struct Moment {
    pose: Pose,
    /// How far the picture moves on the sensor while it is exposed, in pixels.
    motion: (f64, f64),
    /// Standard deviation of the lens's blur, in pixels.
    blur: f64,
    /// The lamp mirrored in the glass: where, how large (mm), how bright.
    glare: (f64, f64),
    glare_radius: f64,
    glare_light: f64,
    /// Light of the room that the glass scatters back: lowers the contrast.
    veil: f32,
    /// How much the light falls off across the glass, per millimetre.
    falloff: (f64, f64),
    exposure: Exposure,
}

impl Moment {
    fn of(luck: &mut Luck) -> Self {
        let distance = luck.normal(320.0, 30.0).clamp(240.0, 400.0);
        let pose = Pose {
            roll: luck.normal(0.0, 0.07),
            yaw: luck.normal(0.0, 0.12),
            pitch: luck.normal(0.0, 0.12),
            offset: (luck.normal(0.0, 8.0), luck.normal(0.0, 8.0)),
            distance,
        };
        // A hand drifts by about two centimetres a second, and there are two hands; indoors, the
        // bright screen keeps the exposure at about 10 ms.
        let seconds = luck.between(0.006, 0.014);
        let drift = |luck: &mut Luck| luck.normal(0.0, 28.0) * seconds * FOCAL / distance;
        let motion = (drift(luck), drift(luck));
        // A point out of focus is a disc; its diameter in pixels is the error in dioptres times
        // aperture (m) times focal length (pixels). A disc spreads a quarter of it to each side.
        let dioptres = luck.normal(0.0, 0.45);
        let disc = (dioptres * APERTURE / 1000.0 * FOCAL).abs();
        // What even a focused lens and the sensor's colour filter leave.
        let sharpest = 0.55;
        Self {
            pose,
            motion,
            blur: (disc / 4.0).hypot(sharpest),
            glare: (luck.between(-35.0, 35.0), luck.between(-75.0, 75.0)),
            glare_radius: luck.between(4.0, 11.0),
            glare_light: luck.between(0.0, 0.8),
            veil: luck.between(0.015, 0.09) as f32,
            falloff: (luck.normal(0.0, 0.0025), luck.normal(0.0, 0.0025)),
            exposure: Exposure {
                white: luck.between(0.6, 1.1) as f32,
                noise: luck.between(0.6, 1.6) as f32,
            },
        }
    }
}

/// The phone held up, with a picture on its glass.
struct Screen<'a> {
    shown: &'a Picture,
    light: [f32; 256],
    moment: &'a Moment,
}

impl Screen<'_> {
    /// The light from a point of the phone, in millimetres from its middle; nothing beside it.
    fn light(&self, x: f64, y: f64) -> Option<f32> {
        if within(x, y, GLASS, 8.0) {
            let emitted = self.emitted(x, y + SHOWN_ABOVE).unwrap_or(INTERFACE);
            let moment = self.moment;
            let falloff = 1.0 + moment.falloff.0 * x + moment.falloff.1 * y;
            Some(emitted * falloff as f32 + moment.veil + self.mirrored_lamp(x, y))
        } else {
            within(x, y, BODY, 10.5).then_some(FRAME + self.moment.veil / 3.0)
        }
    }

    /// The light of the picture shown, `y` measured from its middle.
    fn emitted(&self, x: f64, y: f64) -> Option<f32> {
        let pixel = |at: f64, pixels: usize| {
            let share = at * (1.0 / SHOWN) + 0.5;
            (share >= 0.0).then_some((share * pixels as f64) as usize)
        };
        let level =
            self.shown.pixel(pixel(x, self.shown.width())?, pixel(y, self.shown.height())?)?;
        self.light.get(usize::from(level)).copied()
    }

    fn mirrored_lamp(&self, x: f64, y: f64) -> f32 {
        let (dx, dy) = (x - self.moment.glare.0, y - self.moment.glare.1);
        let (away, size) = (dx * dx + dy * dy, self.moment.glare_radius * self.moment.glare_radius);
        // Most points aren't near it, and exp is what takes time.
        if away < 9.0 * size {
            (self.moment.glare_light * (-away / size).exp()) as f32
        } else {
            0.0
        }
    }
}

/// Whether a rectangle of this size and with corners of this radius holds a point.
fn within(x: f64, y: f64, (width, height): (f64, f64), radius: f64) -> bool {
    let (x, y) = (x.abs() - width / 2.0, y.abs() - height / 2.0);
    x <= 0.0 && y <= 0.0 && (x.min(y) < -radius || (x + radius).hypot(y + radius) <= radius)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn white() -> Picture {
        Picture::new(100, 100, vec![255; 100 * 100]).unwrap()
    }

    #[test]
    fn the_same_seed_takes_the_same_pictures() {
        let mut first = Camera::hand_held(7);
        let mut again = Camera::hand_held(7);
        assert!(first.photograph(&white()) == again.photograph(&white()));
        assert!(first.photograph(&white()) == again.photograph(&white()));
    }

    #[test]
    fn no_two_pictures_are_the_same() {
        let mut camera = Camera::hand_held(7);
        let picture = camera.photograph(&white());
        assert!(picture != camera.photograph(&white()));
        assert!(picture != Camera::hand_held(8).photograph(&white()));
    }

    #[test]
    fn a_white_square_covers_its_share_of_the_sensor() {
        let mut camera = Camera::hand_held(1);
        for _ in 0..10 {
            let photo = camera.photograph(&white());
            assert_eq!((photo.width(), photo.height()), (WIDTH, HEIGHT));
            let bright = photo.pixels().iter().filter(|level| **level > 150).count() as f64;
            // 62 mm from 240 to 400 mm away, turned a little, and a mirrored lamp now and then.
            assert!((130.0..280.0).contains(&bright.sqrt()), "{}", bright.sqrt());
        }
    }
}

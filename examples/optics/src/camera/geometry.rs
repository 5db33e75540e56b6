//! Where a point of the phone held up falls on the sensor, and back.

/// How the phone is held in front of the camera. Nothing at all is upright, facing it and centred.
pub(super) struct Pose {
    /// Turned like a steering wheel, in radians.
    pub(super) roll: f64,
    /// Turned like a door, in radians.
    pub(super) yaw: f64,
    /// Tilted like a laptop's lid, in radians.
    pub(super) pitch: f64,
    /// Right of and below the camera's axis, in millimetres.
    pub(super) offset: (f64, f64),
    /// From the lens to the middle of the phone, in millimetres.
    pub(super) distance: f64,
}

/// A row of a 3×3 matrix.
type Row = [f64; 3];

/// A plane in front of a pinhole camera: the homography between its millimetres and the sensor's
/// pixels, both ways (Hartley & Zisserman, *Multiple View Geometry*, 8.1.1).
pub(super) struct Plane {
    to_sensor: [Row; 3],
    from_sensor: [Row; 3],
    sensor: (usize, usize),
}

/// A rectangle of pixels.
pub(super) struct Area {
    pub(super) columns: std::ops::Range<usize>,
    pub(super) rows: std::ops::Range<usize>,
}

impl Plane {
    /// The plane of a phone held so, seen by a camera of this focal length and sensor, in pixels.
    pub(super) fn seen(pose: &Pose, focal: f64, width: usize, height: usize) -> Self {
        let (sr, cr) = pose.roll.sin_cos();
        let (sy, cy) = pose.yaw.sin_cos();
        let (sp, cp) = pose.pitch.sin_cos();
        // The plane's x axis and y axis in the camera's room: roll after yaw after pitch.
        let across = [cr * cy, sr * cy, -sy];
        let down = [cr * sy * sp - sr * cp, sr * sy * sp + cr * cp, cy * sp];
        let middle = [pose.offset.0, pose.offset.1, pose.distance];

        let project = |[x, y, z]: Row| {
            [focal * x + width as f64 / 2.0 * z, focal * y + height as f64 / 2.0 * z, z]
        };
        let ([a, d, g], [b, e, h], [c, f, i]) = (project(across), project(down), project(middle));
        Self {
            to_sensor: [[a, b, c], [d, e, f], [g, h, i]],
            // The adjugate: the inverse up to a factor, which projection cancels.
            from_sensor: [
                [e * i - f * h, c * h - b * i, b * f - c * e],
                [f * g - d * i, a * i - c * g, c * d - a * f],
                [d * h - e * g, b * g - a * h, a * e - b * d],
            ],
            sensor: (width, height),
        }
    }

    /// The point of the plane, in millimetres from its middle, that the sensor sees at a pixel.
    pub(super) fn point(&self, u: f64, v: f64) -> (f64, f64) {
        apply(&self.from_sensor, u, v)
    }

    /// The pixels that a rectangle of the plane, around this middle and of this size in
    /// millimetres, can fall on, with a margin in pixels.
    pub(super) fn bounds(&self, middle: (f64, f64), size: (f64, f64), margin: f64) -> Area {
        let corners = [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)]
            .map(|(x, y)| apply(&self.to_sensor, middle.0 + x * size.0, middle.1 + y * size.1));
        let range = |at: [f64; 4], limit: usize| {
            let low = at.iter().copied().fold(f64::INFINITY, f64::min) - margin;
            let high = at.iter().copied().fold(f64::NEG_INFINITY, f64::max) + margin;
            // `as` clamps below at nothing.
            (low as usize).min(limit)..(high.ceil() as usize).min(limit)
        };
        Area {
            columns: range(corners.map(|(u, _)| u), self.sensor.0),
            rows: range(corners.map(|(_, v)| v), self.sensor.1),
        }
    }
}

fn apply([[a, b, c], [d, e, f], [g, h, i]]: &[Row; 3], x: f64, y: f64) -> (f64, f64) {
    let scale = 1.0 / (g * x + h * y + i);
    ((a * x + b * y + c) * scale, (d * x + e * y + f) * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_falls_on_the_sensor_and_is_found_again() {
        let pose = Pose { roll: 0.1, yaw: -0.2, pitch: 0.15, offset: (7.0, -9.0), distance: 230.0 };
        let plane = Plane::seen(&pose, 1000.0, 720, 1280);
        for (x, y) in [(0.0, 0.0), (30.0, -70.0), (-30.0, 70.0)] {
            let (u, v) = apply(&plane.to_sensor, x, y);
            let (x2, y2) = plane.point(u, v);
            assert!((x - x2).abs() < 1e-9 && (y - y2).abs() < 1e-9);
        }
    }

    #[test]
    fn a_phone_facing_the_camera_is_as_large_as_its_distance_makes_it() {
        let pose = Pose { roll: 0.0, yaw: 0.0, pitch: 0.0, offset: (0.0, 0.0), distance: 250.0 };
        let area = Plane::seen(&pose, 1000.0, 720, 1280).bounds((0.0, 0.0), (70.0, 150.0), 0.0);
        assert_eq!((area.columns, area.rows), (220..500, 340..940));
    }
}

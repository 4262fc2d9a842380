//! The embedded layer.
use super::Layer;
use crate::error::Result;

/// The built-in gazetteers.
pub fn builtin() -> Result<Layer> {
    Ok(Layer { label: "builtin".into(), ..Layer::default() })
}

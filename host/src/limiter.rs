//! Holds one store to its limits.

use wasmtime::ResourceLimiter;

use crate::limits::Limits;

/// Holds one store to its limits, and remembers a refusal: the trap that follows it is the guest's way of saying that
/// its memory has run out.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes: usize,
    /// Bytes of all memories so far.
    used: usize,
    table_elements: usize,
    items: usize,
    refused: bool,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes: limits.memory_bytes,
            used: 0,
            table_elements: limits.table_elements,
            items: limits.items_per_component as usize,
            refused: false,
        }
    }

    /// Whether the guest was refused memory.
    pub(crate) fn refused_memory(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        let allowed = used <= self.memory_bytes && maximum.is_none_or(|max| desired <= max);
        self.refused |= !allowed;
        if allowed {
            self.used = used;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= self.table_elements && maximum.is_none_or(|max| desired <= max))
    }

    fn instances(&self) -> usize {
        self.items
    }

    fn tables(&self) -> usize {
        self.items
    }

    fn memories(&self) -> usize {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::ResourceLimiter;

    use super::Limiter;
    use crate::limits::Limits;

    #[test]
    fn the_memories_of_an_instance_share_one_limit() {
        let mut limiter = Limiter::new(&Limits { memory_bytes: 100, ..Limits::default() });
        // Two memories of 40 bytes; neither may grow by 30 more, and one may by 20.
        assert!(limiter.memory_growing(0, 40, None).unwrap() && limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.refused_memory());
        assert!(!limiter.memory_growing(40, 70, None).unwrap());
        assert!(limiter.refused_memory());
        assert!(limiter.memory_growing(40, 60, None).unwrap());
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert!(!limiter.memory_growing(0, 10, Some(5)).unwrap());
    }
}

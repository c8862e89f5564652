/**
 * Marks one object if every delivery of it is confirmed: arrived, at least one, or called off and released by a person; parameters:
 * its key, now.
 */
export const markArrivedEverywhere = `
  UPDATE forward_object AS o SET arrived_everywhere_at = ?2 WHERE object_key = ?1 AND arrived_everywhere_at IS NULL
    AND EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.state = 'delivered' AND d.confirmed = 1)
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND NOT (d.state IN ('delivered', 'cancelled') AND d.confirmed = 1))`

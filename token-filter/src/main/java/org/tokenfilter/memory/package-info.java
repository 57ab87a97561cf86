/**
 * Estimates and budgets of the heap that a node uses for data that it keeps in memory.
 *
 * <p>Start with {@link org.tokenfilter.memory.MemoryBudget}, which divides the heap among the parts
 * of a node. {@link org.tokenfilter.memory.HeapSize} estimates what their values take of it.
 */
@NullMarked
package org.tokenfilter.memory;

import org.jspecify.annotations.NullMarked;

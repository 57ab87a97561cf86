package org.tokenfilter.encoding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;

/**
 * A policy for recycling the buffers of the JSON library. The default of the library keeps them in
 * thread-locals, and the threads outlive the application.
 */
public enum JsonBufferRecycler {
  /** A few buffers are kept in a pool for reuse; with Jackson before 2.16, none are kept. */
  POOLED,

  /** No buffer is kept, since buffers may have held secrets. */
  NOT_POOLED;

  private static final boolean POOLS_AVAILABLE =
      exists("com.fasterxml.jackson.core.util.JsonRecyclerPools");

  /** Builds a factory with this policy; each factory has its own buffers. */
  public <F extends JsonFactory, B extends TSFBuilder<F, B>> F factory(TSFBuilder<F, B> builder) {
    return this == POOLED && POOLS_AVAILABLE
        ? Pool.of(builder).build()
        : builder.disable(JsonFactory.Feature.USE_THREAD_LOCAL_FOR_BUFFER_RECYCLING).build();
  }

  private static boolean exists(String name) {
    try {
      Class.forName(name, false, JsonFactory.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException older) {
      return false;
    }
  }

  /** A separate class, since it refers to a class that older versions of Jackson do not have. */
  private static final class Pool {

    private static final int MAX_BUFFERS = 16;

    private Pool() {}

    static <F extends JsonFactory, B extends TSFBuilder<F, B>> B of(TSFBuilder<F, B> builder) {
      return builder.recyclerPool(JsonRecyclerPools.newBoundedPool(MAX_BUFFERS));
    }
  }
}

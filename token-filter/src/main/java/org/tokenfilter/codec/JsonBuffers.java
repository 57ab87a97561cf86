package org.tokenfilter.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;

/**
 * What becomes of the buffers in which JSON was read or written. The default of the JSON library
 * ties them to threads, which outlive the application.
 */
public enum JsonBuffers {
  /** A few are kept for those who come next; by a library older than Jackson 2.16, none. */
  KEPT,

  /** None is kept: they may have held secrets. */
  DROPPED;

  private static final boolean ARE_POOLED =
      exists("com.fasterxml.jackson.core.util.JsonRecyclerPools");

  /** A factory whose buffers are treated so; each has its own. */
  public <F extends JsonFactory, B extends TSFBuilder<F, B>> F factory(TSFBuilder<F, B> builder) {
    return this == KEPT && ARE_POOLED
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

  /** A class of its own: what it names is not there in older libraries. */
  private static final class Pool {

    private static final int KEPT_BUFFERS = 16;

    private Pool() {}

    static <F extends JsonFactory, B extends TSFBuilder<F, B>> B of(TSFBuilder<F, B> builder) {
      return builder.recyclerPool(JsonRecyclerPools.newBoundedPool(KEPT_BUFFERS));
    }
  }
}

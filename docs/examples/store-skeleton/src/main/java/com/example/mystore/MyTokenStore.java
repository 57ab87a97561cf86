package com.example.mystore;

import java.time.Duration;
import org.tokenfilter.store.base.TransactionalTokenStore;

/** A token store in my engine. */
public final class MyTokenStore extends TransactionalTokenStore {

  private final String address;
  private final Duration timeout;

  /**
   * Creates a store.
   *
   * @param address the address of the engine
   * @param timeout the maximum time of a call
   */
  public MyTokenStore(String address, Duration timeout) {
    this.address = address;
    this.timeout = timeout;
  }

  @Override
  protected <T> T read(Work<T> work) throws Exception {
    // Begin a transaction that sees one state of all rows.
    T answer = work.run(new MyRows());
    // End it.
    return answer;
  }

  @Override
  protected <T> T write(Work<T> work) throws Exception {
    // Begin a transaction that runs as if alone, on all nodes. Wait for others, but not for longer
    // than the timeout: then throw any exception.
    T answer = work.run(new MyRows());
    // Commit, and wait until it is durable. If anything has thrown: roll back, and throw it again.
    return answer;
  }

  @Override
  protected void closeEngine() throws Exception {
    // Close what this class has opened, and nothing that it was given.
  }

  @Override
  public String toString() {
    return "tokens at " + address + ", with a timeout of " + timeout;
  }
}

package org.tokenfilter.config;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.keys.KeyRing;

/**
 * The keys that an application supplies, asked for again at each check. A failure changes nothing
 * and is reported, and again every {@value ReloadingFile#HELD_CHECKS} checks while it lasts. Equal
 * keys leave the present ones in force, with their prepared ciphers. Thread-safe; {@link #check} is
 * for one thread.
 */
final class SuppliedKeys implements ReloadableContent<KeyRing> {

  private static final Logger LOG = LoggerFactory.getLogger(SuppliedKeys.class);

  private final Supplier<KeyRing> supplier;
  private final RepeatedReport problems = new RepeatedReport(ReloadingFile.HELD_CHECKS);
  private volatile KeyRing ring;

  /** Asks for the keys for the first time; any exception of the supplier is passed on. */
  SuppliedKeys(Supplier<KeyRing> supplier) {
    this.supplier = supplier;
    this.ring = supplied();
  }

  private KeyRing supplied() {
    return Objects.requireNonNull(supplier.get(), "the supplier returned null");
  }

  /** Returns the parts of the keys that decide about tokens, without secrets. */
  private static List<String> keysOf(KeyRing ring) {
    return ring.keys().stream()
        .map(
            key ->
                List.of(key.kid(), key.state(), key.encryption(), key.thumbprint())
                    + String.valueOf(key.createdAt()))
        .toList();
  }

  @Override
  public KeyRing get() {
    return ring;
  }

  @Override
  public Optional<Throwable> check() {
    try {
      KeyRing supplied = supplied();
      if (!keysOf(supplied).equals(keysOf(ring))) {
        ring = supplied;
      }
      problems.resolved(() -> LOG.info("The supplier of the keys can be used again"));
      return Optional.empty();
    } catch (Throwable e) {
      // Without a stack trace, as for a key file.
      problems.report(
          e.getClass().getName(),
          () ->
              LOG.error(
                  "The previous keys stay in force, since the supplier of the keys cannot be used:"
                      + " {}",
                  e.toString()));
      return Optional.of(e);
    }
  }
}

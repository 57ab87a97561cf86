package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Violations of S19. */
final class AmendmentDefects {

  private AmendmentDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of(
            "s19_oneOfManyAmendmentsWins",
            "compares the version, then writes: one is lost",
            ComparesThenWrites::new),
        Defect.of(
            "s19_renewalsAndAmendments",
            "writes the whole record back: a renewal is lost",
            WritesBackStaleRecord::new),
        Defect.of("s19", "ignores the expected version", IgnoresTheVersion::new),
        Defect.of("s19", "amends expired records", AmendsExpired::new),
        Defect.of("s19", "answers stale for a dead record", StaleForDead::new),
        Defect.of("s19", "merges the new data with the old", MergesData::new),
        Defect.of("s19", "keeps versions of 32 bits", KeepsShortVersions::new),
        Defect.of("s19", "accepts a version that is not new", AcceptsAnyVersion::new));
  }

  private static final class ComparesThenWrites extends Node {

    ComparesThenWrites(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      Optional<TokenRecord> read = delegate().find(id);
      if (read.isEmpty() || read.get().version() != expectedVersion) {
        return delegate().amend(id, expectedVersion, details, now);
      }
      Defect.yieldToOtherThreads();
      return amendWhateverIsThere(delegate(), id, details, now);
    }
  }

  private static AmendResult amendWhateverIsThere(
      TokenStore data, TokenId id, TokenDetails details, Instant now) {
    AmendResult result;
    do {
      long current = data.find(id).map(TokenRecord::version).orElse(-1L);
      if (current == details.version()) {
        return AmendResult.STALE;
      }
      result = data.amend(id, current, details, now);
    } while (result == AmendResult.STALE);
    return result;
  }

  private static final class WritesBackStaleRecord extends AlteringNode {

    WritesBackStaleRecord(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      Optional<TokenRecord> read = find(id);
      Defect.yieldToOtherThreads();
      AmendResult result = delegate().amend(id, expectedVersion, details, now);
      if (result == AmendResult.AMENDED) {
        read.ifPresent(record -> alter(record.amended(details)));
      }
      return result;
    }
  }

  private static final class IgnoresTheVersion extends Node {

    IgnoresTheVersion(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      if (details.version() == expectedVersion) {
        return delegate().amend(id, expectedVersion, details, now);
      }
      return amendWhateverIsThere(delegate(), id, details, now);
    }
  }

  private static final class AmendsExpired extends Node {

    AmendsExpired(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      return delegate().amend(id, expectedVersion, details, Instant.EPOCH);
    }
  }

  private static final class StaleForDead extends Node {

    StaleForDead(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      AmendResult result = delegate().amend(id, expectedVersion, details, now);
      return result == AmendResult.ENDED ? AmendResult.STALE : result;
    }
  }

  private static final class MergesData extends Node {

    MergesData(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      Map<String, String> merged = new HashMap<>();
      delegate().find(id).ifPresent(record -> merged.putAll(record.details().data()));
      merged.putAll(details.data());
      TokenDetails all = details.toBuilder().data(merged).build();
      return delegate().amend(id, expectedVersion, all, now);
    }
  }

  private static final class KeepsShortVersions extends Node {

    KeepsShortVersions(TokenStore data) {
      super(data);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      return delegate().find(id).map(KeepsShortVersions::cut);
    }

    private static TokenRecord cut(TokenRecord record) {
      int version = (int) record.version();
      return version == 0 ? record : record.amended(record.details().amended(version).build());
    }
  }

  private static final class AcceptsAnyVersion extends Node {

    AcceptsAnyVersion(TokenStore data) {
      super(data);
    }

    @Override
    public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
      return details.version() == 0 || details.version() == expectedVersion
          ? AmendResult.STALE
          : delegate().amend(id, expectedVersion, details, now);
    }
  }
}

package dev.lapel.cost

import dev.lapel.ContactQuery
import dev.lapel.ListOrder
import dev.lapel.rehearseMeetings
import dev.lapel.scenarios.Table
import org.junit.jupiter.api.Test
import java.io.File

/** What one scan and a list of 1,000 contacts take. No test: it runs where `bindings/cost` names it. */
class Cost : Table() {
    @Test
    fun measure() {
        val ada = phone("Ada")
        rehearseMeetings(ada.book, 1_000u, "Rust Week")
        val session = ada.begin()
        val everybody = ContactQuery(order = ListOrder.LATEST)
        val scan = median(60, 2_000) { session.scan("WIFI:S:x;;") }
        val list = median(60, 1) { ada.book.list(everybody, null, 1_000u) }
        File(System.getenv("LAPEL_COST")).appendText("kotlin scan $scan\nkotlin list $list\n")
    }

    /** Nanoseconds of one call: the median of so many batches, of which the first warm the compiler up. */
    private fun median(batches: Int, calls: Int, call: () -> Unit): Long {
        val took = List(2 * batches) {
            val began = System.nanoTime()
            repeat(calls) { call() }
            (System.nanoTime() - began) / calls
        }
        return took.drop(batches).sorted()[batches / 2]
    }
}

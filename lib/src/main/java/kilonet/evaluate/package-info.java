/** How good a net is: accuracy and its error, confusion, calibration, mistakes, the gap. */
package kilonet.evaluate;

// A table or paragraphs as read, merged cells kept; every text goes in as text, never as HTML.
export default {
  template: `
    <div class="kx-grid-box kx-paper">
      <table class="kx-grid">
        <tbody>
          <tr v-for="(row, r) in rows" :key="r">
            <td v-for="(cell, c) in row" :key="c" :rowspan="cell.rs" :colspan="cell.cs" :class="[cell.role ? 'kx-cell-' + cell.role : '', cell.num ? '' : 'kx-words', !cell.num && cell.cs === 1 && cell.text.length > 8 ? 'kx-long-words' : '']"
                :style="cell.indent ? { paddingLeft: 8 + 13 * cell.indent + 'px' } : null">{{ cell.text }}</td>
          </tr>
        </tbody>
      </table>
    </div>`,
  props: { rows: Array },
  mounted() {
    this.show();
  },
  watch: {
    rows() {
      this.show();
    },
  },
  methods: {
    show() {
      this.$nextTick(() => {
        const box = this.$el, cell = box.querySelector(".kx-cell-observed, .kx-cell-expected, .kx-cell-other");
        if (!cell) return;
        box.scrollTop = Math.max(0, cell.offsetTop - box.clientHeight / 2);
        box.scrollLeft = Math.max(0, cell.offsetLeft - box.clientWidth / 2);
      });
    },
  },
};
